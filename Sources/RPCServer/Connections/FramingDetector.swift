import JSONRPC
import NIOCore
import NIOHTTP1

/// Waits for a connection's first byte, which tells how its messages are framed, and hands over to what serves them.
final class FramingDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// How a connection's messages are told apart.
    enum Framing: Equatable {
        case lines
        case http

        /// No JSON text starts with an upper-case letter, and every HTTP request does.
        init(firstByte: UInt8) {
            self = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= firstByte ? .http : .lines
        }
    }

    private let services: ConnectionServices
    private let loops: LoopWatch
    private let anonymous: Caller
    private let timer: ConnectionTimer
    private let isOverLimit: Bool
    private var isWindingDown = false

    /// - Parameters:
    ///   - anonymous: who reaches the listener without showing anything.
    ///   - isOverLimit: whether there are too many connections for this one to be served.
    init(
        _ services: ConnectionServices,
        loops: LoopWatch,
        anonymous: Caller,
        isOverLimit: Bool,
        on eventLoop: any EventLoop
    ) {
        self.services = services
        self.loops = loops
        self.anonymous = anonymous
        self.isOverLimit = isOverLimit
        timer = ConnectionTimer(on: eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.stop()
    }

    func channelActive(context: ChannelHandlerContext) {
        if isOverLimit {
            closeUnlessSomethingComes(within: services.limits.lingerTimeout, context)
        } else {
            closeUnlessSomethingComes(within: services.limits.idleTimeout, context, meeting: .idleTimeout)
        }
        context.read()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let firstByte = unwrapInboundIn(data).readableBytesView.first else { return }
        do {
            switch Framing(firstByte: firstByte) {
            case .lines: try serveLines(context)
            case .http: try serveHTTP(context)
            }
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(data)
        if isWindingDown { context.fireUserInboundEventTriggered(ConnectionEvent.windDown) }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed, ConnectionEvent.lastCall: context.close(promise: nil)
        case ConnectionEvent.windDown:
            isWindingDown = true
            closeUnlessSomethingComes(within: services.limits.quietTime, context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func closeUnlessSomethingComes(
        within limit: Duration,
        _ context: ChannelHandlerContext,
        meeting met: LimitMet? = nil
    ) {
        timer.set(limit) { [services] in
            if let met { services.limitsMet.count(met) }
            context.close(promise: nil)
        }
    }

    // MARK: Handing over

    private func origin(_ context: ChannelHandlerContext) -> ConnectionOrigin {
        ConnectionOrigin(context, anonymous: anonymous, authentication: services.authentication)
    }

    private func serveLines(_ context: ChannelHandlerContext) throws {
        let connection = LineConnection(
            services,
            session: services.session(from: origin(context)),
            on: context.eventLoop
        )
        try context.pipeline.syncOperations.addHandler(connection, position: .after(self))
        if isOverLimit { connection.refuse(.tooManyConnections) }
    }

    private func serveHTTP(_ context: ChannelHandlerContext) throws {
        let connection = HTTPConnection(
            services,
            loops: loops,
            refusal: isOverLimit ? HTTPRefusal(.tooManyConnections) : nil,
            origin: origin(context),
            on: context.eventLoop
        )
        let handlers: [any ChannelHandler] = [
            HTTPResponseEncoder(),
            // What it does not parse at once is the start of a head, which is smaller than this.
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes), maximumBufferSize: 256 << 10),
            HTTPServerPipelineHandler(),
            connection,
        ]
        try context.pipeline.syncOperations.addHandlers(handlers, position: .after(self))
    }
}

extension RPCError {
    fileprivate static let tooManyConnections = RPCError.overloaded(retryAfter: .seconds(1))
}
