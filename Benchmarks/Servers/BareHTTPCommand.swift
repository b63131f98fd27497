import ArgumentParser
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import RPCServer

/// The bound that a service by HTTP cannot beat: SwiftNIO's own pipeline, and the same answer to every request.
struct BareHTTPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-http",
        abstract: "Answers every HTTP request with bytes of a fixed size, until it is stopped."
    )

    @Option(help: "Where to listen: unix:PATH or tcp:HOST:PORT. May be given several times.")
    var listen: [ListenAddress]

    @Option(help: "Bytes of an answer's body.")
    var replyBytes = 300

    @Option(help: "Threads that serve connections.")
    var eventLoops = 2

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoops)
        let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: replyBytes)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(BareHTTPHandler(body: body))
                }
            }
        var channels: [any Channel] = []
        for address in listen {
            let (channel, bound) = try await Self.bind(bootstrap, to: address)
            FileHandle.standardError.write(Data("listening on \(bound)\n".utf8))
            channels.append(channel)
        }
        for channel in channels { try await channel.closeFuture.get() }
    }

    /// Returns the address with the port that it really got.
    private static func bind(
        _ bootstrap: ServerBootstrap,
        to address: ListenAddress
    ) async throws -> (any Channel, ListenAddress) {
        switch address {
        case .unix(let path):
            return (
                try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get(), address
            )
        case .tcp(let host, let port):
            let channel = try await bootstrap.childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .bind(host: host, port: port).get()
            return (channel, .tcp(host: host, port: channel.localAddress?.port ?? port))
        }
    }
}

/// Answers each request once it has come whole.
private final class BareHTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let body: ByteBuffer
    private let head: HTTPResponseHead

    init(body: ByteBuffer) {
        self.body = body
        let headers: HTTPHeaders = ["content-type": "application/json", "content-length": "\(body.readableBytes)"]
        head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
