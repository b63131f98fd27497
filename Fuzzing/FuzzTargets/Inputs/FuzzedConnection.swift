import Foundation
import JSONRPC
import NIOCore
import NIOEmbedded
import RPCServer
import RPCTestSupport

/// A connection as a listener sets it up, without a socket.
struct FuzzedConnection {
    /// What the connection may take: much, or little.
    struct Limits: OptionSet {
        let rawValue: UInt8
        static let ofMessage = Limits(rawValue: 1)
        static let ofAnswers = Limits(rawValue: 2)
        static let ofBatch = Limits(rawValue: 4)
    }

    private let channel = EmbeddedChannel()

    init(_ limits: Limits) throws {
        var configuration = ServerConfiguration(addresses: [])
        if limits.contains(.ofMessage) { configuration.connections.messageByteCount = 100 }
        if limits.contains(.ofAnswers) { configuration.connections.outboundByteCount = 64 }
        let dispatcher = limits.contains(.ofBatch) ? Self.smallDispatcher : Self.dispatcher
        let pages = Pages(health: Health(), metrics: { Array("metric 1\n".utf8) }, openRPC: Array("{}".utf8))
        try RPCServer.serve(channel, configuration, pages: pages) { dispatcher.respond(to: $0, in: $1) }
        channel.connect(to: try SocketAddress(unixDomainSocketPath: "/fuzz"), promise: nil)
    }

    // Nothing that waits: an embedded connection has no event loop of its own that could wake up.
    private static let methods = [
        TestService.subtract, TestService.sum, TestService.getData, TestService.echo, TestService.fail,
        TestService.large,
    ]
    private static let dispatcher = dispatcher(batchCount: 1_000)
    private static let smallDispatcher = dispatcher(batchCount: 2)

    private static func dispatcher(batchCount: Int) -> Dispatcher {
        var limits = Dispatcher.Limits()
        limits.batchCount = batchCount
        return Dispatcher(
            methods: methods,
            info: ServiceInfo(title: "fuzz", version: "1", summary: "For fuzzing."),
            limits: limits
        )
    }

    /// Everything that is answered to `pieces` and the end of what the client sends. Throws where the connection then stays.
    func answers(to pieces: [[UInt8]]) throws -> [UInt8] {
        var answers: [UInt8] = []
        for piece in pieces where channel.isActive {
            try channel.writeInbound(ByteBuffer(bytes: piece))
            try takeAnswers(&answers)
        }
        if channel.isActive { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        try takeAnswers(&answers)
        try hold("a connection closes once all is sent and answered", !channel.isActive)
        return answers
    }

    private func takeAnswers(_ answers: inout [UInt8]) throws {
        channel.embeddedEventLoop.run()
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { answers += Array(buffer.readableBytesView) }
    }
}
