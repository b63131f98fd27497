import JSONRPC
import NIOCore
import NIOHTTP1

/// Serves one connection that speaks HTTP/1.1: a message in the body of each request, and a few pages.
///
/// What memory can answer is answered here and now, without a task. Requests of one connection are answered one after
/// the other; SwiftNIO's pipeline handler keeps back those that come early. Everything runs on the connection's event loop.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let services: ConnectionServices
    private let origin: ConnectionOrigin
    private let requestTimer: ConnectionTimer
    private let idleTimer: ConnectionTimer
    private let quiet: QuietWatch
    private let loops: LoopWatch
    private let refusal: HTTPRefusal?
    private var held: HeldBytes
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var work: Task<Void, Never>?
    private var isReading = false
    /// Whether the end of a response is being written, which brings the next request where that is here already.
    private var isEndingResponse = false
    private var inputHasEnded = false
    private var isWindingDown = false
    /// Requests that ended since the last read.
    private var requestsInRead = 0

    /// - Parameter refusal: why nothing is answered on this connection, if that is so.
    init(
        _ services: ConnectionServices,
        loops: LoopWatch,
        refusal: HTTPRefusal?,
        origin: ConnectionOrigin,
        on eventLoop: any EventLoop
    ) {
        self.services = services
        self.loops = loops
        self.refusal = refusal
        self.origin = origin
        requestTimer = ConnectionTimer(on: eventLoop)
        idleTimer = ConnectionTimer(on: eventLoop)
        quiet = QuietWatch(for: services.limits.quietTime, on: eventLoop)
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
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): receive(bytes, context)
        case .end: end(context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        quiet.disturb()
        watchClient()
        goOn(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { resume() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            inputHasEnded = true
            closeIfDone(context)
        case ConnectionEvent.windDown:
            isWindingDown = true
            closeOnceQuiet()
        case ConnectionEvent.lastCall:
            isWindingDown = true
            closeIfDone(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        switch state {
        case .idle, .receiving, .refusing:
            finish(HTTPResponse(.malformed("the request is not HTTP/1.1: \(error)")), to: state.arriving, context)
        case .held, .answering, .closing, .lingering: context.close(promise: nil)
        }
    }

    // MARK: Requests

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard case .idle = state else { return }
        if let refusal { return finish(HTTPResponse(refusal), to: head, context) }
        do throws(HTTPRefusal) {
            let limit = services.limits.messageByteCount
            let session = services.session(from: origin, traceParent: head.headers.first(name: "traceparent"))
            let request = try HTTPRequest(head, session: session, messageLimit: limit)
            if request.awaitsContinue {
                let word = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(word)), promise: nil)
            }
            state = .receiving(request)
        } catch {
            refuse(error, head, context)
        }
    }

    private func receive(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard case .receiving(var request) = state else { return }
        state = .idle
        do throws(HTTPRefusal) {
            try request.append(bytes, messageLimit: services.limits.messageByteCount)
            guard held.set(request.body.readableBytes) else { throw HTTPRefusal(.overloaded(retryAfter: .seconds(1))) }
            state = .receiving(request)
        } catch {
            refuse(error, request.head, context)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        requestsInRead += 1
        requestTimer.clear()
        idleTimer.clear()
        switch state {
        case .receiving(let request): take(.request(request), context)
        case .refusing(let refusal, let head): take(.refused(refusal, head), context)
        case .idle, .held, .answering, .closing, .lingering: return
        }
    }

    /// Answers a request now, or once the answer before it is out of the way: answers within answers would need a stack as
    /// deep as the pipeline is long.
    private func take(_ complete: Complete, _ context: ChannelHandlerContext) {
        state = .held(complete)
        guard isEndingResponse else { return answerHeld(context) }
        context.eventLoop.assumeIsolated().execute { [self] in resume() }
    }

    private func resume() {
        guard let context else { return }
        answerHeld(context)
        goOn(context)
    }

    private func answerHeld(_ context: ChannelHandlerContext) {
        guard case .held(let complete) = state, context.channel.isWritable else { return }
        _ = held.set(0)
        switch complete {
        case .request(let request): answer(request, context)
        case .refused(let refusal, let head): respond(HTTPResponse(refusal), to: head, context)
        }
    }

    /// A small body is waited for, so that the connection can go on; one that is too large is not.
    private func refuse(_ refusal: HTTPRefusal, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        _ = held.set(0)
        if let limit = refusal.limitMet { services.limitsMet.count(limit) }
        switch refusal.status {
        case .payloadTooLarge, .serviceUnavailable, .expectationFailed: finish(HTTPResponse(refusal), to: head, context)
        default: state = .refusing(refusal, head)
        }
    }

    private func answer(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
        state = .answering(request.head)
        guard request.route == .messages else {
            let page = HTTPResponse(request.route, services.pages, areLoopsTurning: loops.areTurning)
            return respond(page, to: request.head, context)
        }
        switch services.respond(Array(request.body.readableBytesView), request.session) {
        case .nothing: respond(HTTPResponse(nil), to: request.head, context)
        case .ready(let bytes): respond(HTTPResponse(bytes), to: request.head, context)
        case .refused(let kind, let bytes):
            var response = HTTPResponse(status: HTTPResponseStatus(of: kind), body: bytes)
            response.headers = HTTPHeaders(of: kind)
            respond(response, to: request.head, context)
        case .waiting(let work): wait(for: work, request.head, on: context.eventLoop)
        }
    }

    private func wait(
        for work: @escaping @Sendable () async -> [UInt8]?,
        _ head: HTTPRequestHead,
        on eventLoop: any EventLoop
    ) {
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        self.work = Task {
            let reply = await work()
            // A connection that closed has cancelled its work, and its event loop may be gone.
            if Task.isCancelled { return }
            eventLoop.execute { connection.value.workEnded(reply, head) }
        }
    }

    private func workEnded(_ reply: [UInt8]?, _ head: HTTPRequestHead) {
        work = nil
        guard let context, case .answering = state else { return }
        respond(HTTPResponse(reply), to: head, context)
        goOn(context)
    }
}

extension HTTPConnection {
    // MARK: Answers

    private func respond(_ response: HTTPResponse, to head: HTTPRequestHead?, _ context: ChannelHandlerContext) {
        let isLast = isWindingDown || inputHasEnded || !(head?.allowsAnother ?? false)
        if isLast { return finish(response, to: head, context) }
        state = .idle
        idleTimer.set(services.limits.idleTimeout) { [self] in
            services.limitsMet.count(.idleTimeout)
            self.context?.close(promise: nil)
        }
        write(response, to: head, closing: false, context, promise: nil)
    }

    /// Answers for the last time.
    private func finish(_ response: HTTPResponse, to head: HTTPRequestHead?, _ context: ChannelHandlerContext) {
        state = .closing
        requestTimer.clear()
        idleTimer.clear()
        let written = context.eventLoop.makePromise(of: Void.self)
        write(response, to: head, closing: true, context, promise: written)
        context.flush()
        written.futureResult.assumeIsolated().whenComplete { [self] _ in hangUp() }
    }

    private func write(
        _ response: HTTPResponse,
        to head: HTTPRequestHead?,
        closing isLast: Bool,
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        isEndingResponse = true
        response.write(to: context, answering: head, closing: isLast, promise: promise)
        isEndingResponse = false
    }

    // MARK: What may not go on for ever

    /// After what came has been dealt with: reads on, and sends what was written.
    private func goOn(_ context: ChannelHandlerContext) {
        readOn(context)
        requestsInRead = 0
        context.flush()
    }

    /// Reads on where the client takes its answers. While an answer is waited for, one read tells whether it hangs up.
    private func readOn(_ context: ChannelHandlerContext) {
        guard !isReading, !inputHasEnded, context.channel.isWritable else { return }
        if case .answering = state, requestsInRead == 0 { return }
        isReading = true
        context.read()
    }

    /// Sees to it that a request's bytes do not take too long, and that an idle connection does not stay for ever.
    private func watchClient() {
        switch state {
        case .receiving, .refusing: expectRequest()
        // Bytes that made no request are part of one.
        case .idle where requestsInRead == 0: expectRequest()
        case .idle, .held, .answering, .closing, .lingering: return
        }
    }

    private func expectRequest() {
        idleTimer.clear()
        guard !requestTimer.isSet else { return }
        requestTimer.set(services.limits.messageTimeout) { [self] in
            guard let context else { return }
            services.limitsMet.count(.messageTimeout)
            // Without a head there is nothing yet that could be answered.
            if case .idle = state { return context.close(promise: nil) }
            finish(HTTPResponse(.timeout), to: state.arriving, context)
        }
    }

    /// Closes the connection unless an answer is still to come, which is then the last one.
    private func closeIfDone(_ context: ChannelHandlerContext) {
        switch state {
        case .idle, .receiving, .refusing: closeOnceWritten(context)
        case .lingering: if inputHasEnded { context.close(promise: nil) }
        case .held, .answering, .closing: return
        }
    }

    /// Closes the connection once the client has taken what it was answered before.
    private func closeOnceWritten(_ context: ChannelHandlerContext) {
        state = .closing
        let written = context.eventLoop.makePromise(of: Void.self)
        do {
            // Nothing, behind all that was written: a response it is not.
            let encoder = try context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
            encoder.writeAndFlush(NIOAny(ByteBuffer()), promise: written)
        } catch {
            written.fail(error)
        }
        written.futureResult.assumeIsolated().whenComplete { [self] _ in hangUp() }
    }

    /// Tells the client that no more answers come, and leaves it some time to hang up itself: closing a socket that holds
    /// unread bytes would reset it, and the reset could overtake the answer.
    private func hangUp() {
        guard let context else { return }
        if inputHasEnded { return context.close(promise: nil) }
        state = .lingering
        context.close(mode: .output, promise: nil)
        idleTimer.set(services.limits.lingerTimeout) { [self] in self.context?.close(promise: nil) }
        readOn(context)
    }

    /// Closes the connection at the first quiet moment.
    private func closeOnceQuiet() {
        quiet.wait { [self] in
            if case .idle = state { !requestTimer.isSet } else { false }
        } then: { [self] in
            if let context { closeOnceWritten(context) }
        }
    }

    /// Nobody is left to hear the answer.
    private func stop() {
        requestTimer.stop()
        idleTimer.stop()
        quiet.stop()
        _ = held.set(0)
        work?.cancel()
        work = nil
    }
}
