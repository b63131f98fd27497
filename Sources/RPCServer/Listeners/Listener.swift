import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

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
                channel = try await Self.watchingPeers(bootstrap).childChannelOption(
                    .socketOption(.tcp_nodelay),
                    value: 1
                )
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
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer(serve)
    }

    /// Has the system notice within two minutes a peer that vanished without a word.
    private static func watchingPeers(_ bootstrap: ServerBootstrap) -> ServerBootstrap {
        let bootstrap = bootstrap.childChannelOption(.socketOption(.so_keepalive), value: 1)
        #if canImport(Glibc) || canImport(Musl)
        // Seconds of silence, seconds between probes, and probes.
        return [(TCP_KEEPIDLE, 60), (TCP_KEEPINTVL, 10), (TCP_KEEPCNT, 6)].reduce(bootstrap) { bootstrap, option in
            bootstrap.childChannelOption(
                ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: option.0)),
                value: option.1
            )
        }
        #else
        return bootstrap
        #endif
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
