import JSONRPC
import NIOCore

/// Watches next to the socket how a client takes its answers. Cuts it off where it takes none for too long, and where all
/// clients together leave too many.
final class AnswerWatch: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData

    /// Less than this is what every connection may have at any time.
    private static let threshold = 64 << 10

    private let timeout: Duration
    private let budget: OutboundBudget
    private let limitsMet: LimitCounters
    private let timer: ConnectionTimer
    private var answers = UntakenBytes()
    private let eventLoop: any EventLoop
    private var takenAt: NIODeadline
    private var isHolding = false

    init(_ services: ConnectionServices, on eventLoop: any EventLoop) {
        timeout = services.limits.writeTimeout
        budget = services.outboundBudget
        limitsMet = services.limitsMet
        timer = ConnectionTimer(on: eventLoop)
        self.eventLoop = eventLoop
        takenAt = eventLoop.now
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.stop()
        hold(0, context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        answers.written(unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        look(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        look(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ConnectionEvent.outboundExcess = event else { return context.fireUserInboundEventTriggered(event) }
        // The client may have taken everything since this was looked at.
        if answers.left(waitingCount(context)) { takenAt = eventLoop.now }
        guard answers.heldCount > Self.threshold else { return hold(answers.heldCount, context) }
        cutOff(context, at: .outboundBytes)
    }

    /// Finds out what the client has taken.
    private func look(_ context: ChannelHandlerContext) {
        if answers.left(waitingCount(context)) { takenAt = eventLoop.now }
        hold(answers.heldCount, context)
        guard answers.heldCount > 0 else { return timer.clear() }
        guard !timer.isSet else { return }
        // It had nothing to take before.
        takenAt = eventLoop.now
        lookAgain(context)
    }

    /// A look now and then is enough to tell who takes nothing, within a quarter of the time.
    private func lookAgain(_ context: ChannelHandlerContext) {
        timer.set(timeout / 4) { [self] in
            if answers.left(waitingCount(context)) { takenAt = eventLoop.now }
            hold(answers.heldCount, context)
            guard answers.heldCount > 0 else { return }
            if takenAt + TimeAmount(timeout) <= eventLoop.now { return cutOff(context, at: .writeTimeout) }
            lookAgain(context)
        }
    }

    private func hold(_ count: Int, _ context: ChannelHandlerContext) {
        let held = count > Self.threshold ? count : 0
        guard held > 0 || isHolding else { return }
        isHolding = held > 0
        budget.set(held, takenAt: takenAt, of: context.channel)
    }

    private func cutOff(_ context: ChannelHandlerContext, at limit: LimitMet) {
        limitsMet.count(limit)
        context.close(promise: nil)
    }

    /// Bytes that the socket has not taken yet.
    private func waitingCount(_ context: ChannelHandlerContext) -> Int {
        // A channel without the option is no socket.
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}

/// What a client has yet to take of what was written. It knows no socket and no clock.
struct UntakenBytes {
    private var writtenCount = 0
    private var takenCount = 0
    /// Where writes end that are not taken entirely: each stays in memory as a whole until it is.
    private var writeEnds = CircularBuffer<Int>()
    private var firstStart = 0

    mutating func written(_ count: Int) {
        writtenCount += count
        writeEnds.append(writtenCount)
    }

    /// Takes note that so many bytes are left, and tells whether the client has taken any since the last time.
    mutating func left(_ count: Int) -> Bool {
        let taken = writtenCount - count
        guard taken > takenCount else { return false }
        takenCount = taken
        while let end = writeEnds.first, end <= taken {
            firstStart = end
            writeEnds.removeFirst()
        }
        return true
    }

    /// Bytes in memory.
    var heldCount: Int { writtenCount - firstStart }
}
