import JSONRPC
import NIOCore

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

    private let limits: ConnectionLimits
    private let respond: Responder

    init(limits: ConnectionLimits, respond: @escaping Responder) {
        self.limits = limits
        self.respond = respond
    }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let firstByte = bytes.readableBytesView.first else { return }
        let connection = LineConnection(limits: limits, respond: respond)
        do {
            try context.pipeline.syncOperations.addHandler(connection, position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        switch Framing(firstByte: firstByte) {
        case .lines: break
        case .http: connection.refuse(.parseError(explanation: "a line starts like an HTTP request"))
        }
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed, is ChannelShouldQuiesceEvent: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
