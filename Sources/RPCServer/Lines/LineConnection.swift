import JSONRPC
import NIOCore

/// Serves one connection whose messages are lines of JSON.
///
/// Requests that memory can answer are answered here and now, without a task; the answers to one burst of input leave
/// in one write. Everything runs on the connection's event loop.
final class LineConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let respond: Responder
    private let session: Session
    private let limits: ConnectionLimits
    private let limitsMet: LimitCounters
    private var context: ChannelHandlerContext?
    private var framer: LineFramer
    private var flow: ConnectionFlow
    private var isProceeding = false
    /// Answers that are not written yet.
    private var outbound = ByteBuffer()
    private var isFlushScheduled = false
    private var waiting: [Int: Task<Void, Never>] = [:]
    private var startedCount = 0
    private let messageTimer: ConnectionTimer
    /// Whether that runs for someone who has to show credentials.
    private var isTimingStranger = false
    private let lingerTimer: ConnectionTimer
    private let quiet: QuietWatch
    private var held: HeldBytes
    private var isWindingDown = false
    private var hasGivenNotice = false

    init(_ services: ConnectionServices, session: Session, on eventLoop: any EventLoop) {
        respond = services.respond
        limits = services.limits
        limitsMet = services.limitsMet
        self.session = session
        framer = LineFramer(messageLimit: limits.messageByteCount)
        flow = ConnectionFlow(inFlightLimit: limits.inFlightCount)
        messageTimer = ConnectionTimer(on: eventLoop)
        lingerTimer = ConnectionTimer(on: eventLoop)
        quiet = QuietWatch(for: limits.quietTime, on: eventLoop)
        held = HeldBytes(in: services.inboundBudget)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard flow.acceptsInput else { return }
        quiet.disturb()
        framer.append(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flow.readFinished()
        proceed(context)
        watchRest()
        flush(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            proceed(context)
            watchRest()
            scheduleFlush(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if flow.acceptsInput { framer.end() }
            flow.inputEnded()
        case ConnectionEvent.lastCall:
            flow.discardInput()
        case ConnectionEvent.windDown:
            isWindingDown = true
            giveNotice()
            closeOnceQuiet()
        default:
            return context.fireUserInboundEventTriggered(event)
        }
        proceed(context)
        flush(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Answers with `error` and takes no more requests.
    func refuse(_ error: RPCError) {
        framer.discard()
        flow.discardInput()
        if let bytes = Reply.failure(error).bytes { LineFramer.write(bytes, to: &outbound) }
    }

    // MARK: Requests

    /// Starts the requests that may be started, then reads on, closes, or waits.
    private func proceed(_ context: ChannelHandlerContext) {
        // Writing can tell at once that the channel is writable again, which must not start a second round.
        guard !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        while flow.mayStart, hasRoom(context) {
            switch framer.next() {
            case .message(let message): start(message, context)
            case .tooLong:
                limitsMet.count(.messageBytes)
                refuse(.tooLarge(what: "the message", limit: limits.messageByteCount, unit: .bytes))
            case nil:
                return act(context)
            }
        }
    }

    /// Whether the client takes its answers: those of a long burst are written on the way, so that they count.
    private func hasRoom(_ context: ChannelHandlerContext) -> Bool {
        if outbound.readableBytes >= limits.outboundByteCount { flush(context) }
        return context.channel.isWritable
    }

    private func act(_ context: ChannelHandlerContext) {
        switch flow.nextAction() {
        case .read: context.read()
        case .close: closeOnceWritten(context)
        case .wait: return
        }
    }

    private func start(_ message: [UInt8], _ context: ChannelHandlerContext) {
        // Whatever has arrived of the next one has its own time.
        if !isTimingStranger { messageTimer.clear() }
        if message.count > limits.strangerByteCount, session.caller.roles.isEmpty {
            limitsMet.count(.stranger)
            return refuse(.unauthenticated)
        }
        switch respond(message, session) {
        case .nothing: break
        case .ready(let bytes), .refused(_, let bytes): LineFramer.write(bytes, to: &outbound)
        case .waiting(let work): wait(for: work, on: context.eventLoop)
        }
        if isWindingDown { giveNotice() }
    }

    private func wait(for work: @escaping @Sendable () async -> [UInt8]?, on eventLoop: any EventLoop) {
        let number = startedCount
        startedCount += 1
        flow.requestStarted()
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        waiting[number] = Task {
            let reply = await work()
            // A connection that closed has cancelled its work, and its event loop may be gone.
            if Task.isCancelled { return }
            eventLoop.execute { connection.value.finish(number, reply) }
        }
    }

    private func finish(_ number: Int, _ reply: [UInt8]?) {
        guard waiting.removeValue(forKey: number) != nil, let context else { return }
        flow.requestFinished()
        if let reply { LineFramer.write(reply, to: &outbound) }
        proceed(context)
        watchRest()
        scheduleFlush(context)
    }

    /// Nobody is left to hear the answers.
    private func stop() {
        messageTimer.stop()
        lingerTimer.stop()
        quiet.stop()
        _ = held.set(0)
        for task in waiting.values { task.cancel() }
        waiting = [:]
    }
}

extension LineConnection {
    // MARK: Answers

    private func flush(_ context: ChannelHandlerContext) {
        guard outbound.readableBytes > 0 else { return }
        let answers = outbound
        outbound = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(answers), promise: nil)
    }

    /// Flushes once what else has arrived on the event loop has had its turn, so that answers leave together.
    private func scheduleFlush(_ context: ChannelHandlerContext) {
        guard !isFlushScheduled, outbound.readableBytes > 0 else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute { [self] in
            isFlushScheduled = false
            if let context = self.context { flush(context) }
        }
    }

    /// Sends what is left. The client then gets the end of the answers, and some time to hang up itself.
    private func closeOnceWritten(_ context: ChannelHandlerContext) {
        let written = context.eventLoop.makePromise(of: Void.self)
        let answers = outbound
        outbound = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(answers), promise: written)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in
            guard let context = self.context else { return }
            if flow.inputHasEnded { return context.close(promise: nil) }
            context.close(mode: .output, promise: nil)
            linger(context)
        }
    }

    private func linger(_ context: ChannelHandlerContext) {
        lingerTimer.set(limits.lingerTimeout) { [self] in self.context?.close(promise: nil) }
        act(context)
    }
}

extension LineConnection {
    // MARK: What may not go on for ever

    /// Sees to it that a message that has arrived in part takes neither too long nor too much room, and that who has to show
    /// credentials does so.
    private func watchRest() {
        let count = framer.heldByteCount
        if !held.set(count) { return end(.overloaded(retryAfter: .seconds(1)), at: .inboundBytes) }
        let isStranger = session.caller.roles.isEmpty
        if isTimingStranger != isStranger { messageTimer.clear() }
        // Where nothing is read, because requests wait or the client does not take its answers, the client waits for us.
        let isReading = flow.mayStart && context?.channel.isWritable == true
        guard count > 0 || isStranger, flow.acceptsInput, isReading else { return messageTimer.clear() }
        guard !messageTimer.isSet else { return }
        isTimingStranger = isStranger
        messageTimer.set(limits.messageTimeout) { [self] in
            isStranger ? end(.unauthenticated, at: .stranger) : end(.deadlineExceeded, at: .messageTimeout)
        }
    }

    /// Refuses what has arrived in part, and everything after it.
    private func end(_ error: RPCError, at limit: LimitMet) {
        guard let context else { return }
        limitsMet.count(limit)
        refuse(error)
        _ = held.set(0)
        proceed(context)
        flush(context)
    }

    /// Tells a client that asked for it that the connection will be closed.
    private func giveNotice() {
        guard !hasGivenNotice, session.wantsNoticeOfClosing else { return }
        hasGivenNotice = true
        LineFramer.write(closingNotice, to: &outbound)
    }

    /// Closes the connection at the first quiet moment. A client that was given notice hangs up itself.
    private func closeOnceQuiet() {
        quiet.wait { [self] in
            flow.isIdle && framer.heldByteCount == 0 && !hasGivenNotice
        } then: { [self] in
            guard let context else { return }
            flow.discardInput()
            proceed(context)
        }
    }
}
