import NIOCore
import NIOPosix

/// A socket that accepts connections.
struct Listener: Sendable {
    /// Where it listens, with the port that it really got.
    let address: ListenAddress
    private let channel: any Channel

    /// Listens on `address`; `serve` sets up each connection that is accepted.
    init(
        on address: ListenAddress,
        socketFile: SocketFileAccess,
        group: any EventLoopGroup,
        serve: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws {
        let bootstrap = Self.bootstrap(on: group, serve: serve)
        do {
            switch address {
            case .unix(let path):
                channel = try await Self.bind(bootstrap, to: UnixSocketFile(path: path), socketFile, group)
                self.address = address
            case .tcp(let host, let port):
                channel = try await bootstrap.childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                    .bind(host: host, port: port).get()
                self.address = .tcp(host: host, port: channel.localAddress?.port ?? port)
            }
        } catch let error as ListenError {
            throw error
        } catch let error as IOError {
            throw ListenError.failed(address, reason: error.description)
        } catch {
            throw ListenError.failed(address, reason: "\(error)")
        }
    }

    /// Accepts no more connections. A unix socket's file goes first, so that no server that starts meanwhile loses its own.
    func close() async {
        if case .unix(let path) = address { UnixSocketFile(path: path).remove() }
        // It is closed either way.
        try? await channel.close()
    }

    private static func bootstrap(
        on group: any EventLoopGroup,
        serve: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                // Out of descriptors, accepting rests for a second instead of spinning.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptBackoffHandler(shouldForwardIOErrorCaught: false)
                    )
                }
            }
            .childChannelOption(.autoRead, value: false)
            // A peer that vanished without a word is noticed by the system.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer(serve)
    }

    private static func bind(
        _ bootstrap: ServerBootstrap,
        to file: UnixSocketFile,
        _ access: SocketFileAccess,
        _ group: any EventLoopGroup
    ) async throws -> any Channel {
        try await file.makeWay(on: group)
        let channel = try await bootstrap.bind(unixDomainSocketPath: file.path).get()
        do {
            try file.allow(access)
        } catch {
            file.remove()
            try await channel.close()
            throw error
        }
        return channel
    }
}
