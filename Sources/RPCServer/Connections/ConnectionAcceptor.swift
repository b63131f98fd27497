import JSONRPC
import NIOCore
import NIOSSL

/// Sets up the connections that listeners accept.
struct ConnectionAcceptor: Sendable {
    private let configuration: ServerConfiguration
    private let services: ConnectionServices
    private let loops: LoopWatch
    private let connections: ConnectionRegistry
    /// So many beyond the limit are told that there are too many; the rest are closed without a word.
    private var toldCount: Int { min(1_000, max(10, configuration.connectionCount / 32)) }

    init(
        _ configuration: ServerConfiguration,
        services: ConnectionServices,
        loops: LoopWatch,
        connections: ConnectionRegistry
    ) {
        self.configuration = configuration
        self.services = services
        self.loops = loops
        self.connections = connections
    }

    func accept(_ connection: any Channel, on address: ListenAddress) -> EventLoopFuture<Void> {
        connection.eventLoop.makeCompletedFuture { try setUp(connection, on: address) }
    }

    /// Throws where there are so many connections that this one is to be closed without a word.
    func setUp(_ connection: any Channel, on address: ListenAddress) throws {
        let count = connections.count
        if count >= configuration.connectionCount { services.limitsMet.count(.connections) }
        guard count < configuration.connectionCount + toldCount else { throw TooManyConnections() }
        let highWaterMark = max(services.limits.outboundByteCount, 2)
        try connection.syncOptions?.setOption(
            .writeBufferWaterMark,
            value: ChannelOptions.Types.WriteBufferWaterMark(low: highWaterMark / 2, high: highWaterMark)
        )
        let pipeline = connection.pipeline.syncOperations
        try pipeline.addHandler(AnswerWatch(services, on: connection.eventLoop))
        if case .tcp = address, let tls = configuration.tls { try pipeline.addHandler(tls.makeHandler()) }
        try pipeline.addHandler(
            FramingDetector(
                services,
                loops: loops,
                anonymous: anonymous(on: address),
                isOverLimit: count >= configuration.connectionCount,
                on: connection.eventLoop
            )
        )
        connections.add(connection)
        limitAge(of: connection)
    }

    private func anonymous(on address: ListenAddress) -> Caller {
        switch address {
        case .unix: .local
        case .tcp: configuration.authentication == nil ? .local : .nobody
        }
    }

    /// Sends an old connection's client to connect anew, so that the connections of several servers even out.
    private func limitAge(of connection: any Channel) {
        guard let age = configuration.connectionAge else { return }
        let limit = TimeAmount(age * Double.random(in: 0.9...1.1))
        let windDown = connection.eventLoop.scheduleTask(in: limit) {
            connection.pipeline.fireUserInboundEventTriggered(ConnectionEvent.windDown)
        }
        let end = connection.eventLoop.scheduleTask(in: limit + TimeAmount(configuration.drainTimeout)) {
            connection.pipeline.fireUserInboundEventTriggered(ConnectionEvent.lastCall)
        }
        connection.closeFuture.whenComplete { _ in
            windDown.cancel()
            end.cancel()
        }
    }
}

/// There are so many connections that this one is closed without a word.
private struct TooManyConnections: Error {}
