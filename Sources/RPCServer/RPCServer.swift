package import JSONRPC
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Turns a message into what becomes of it. It is called on an event loop and must not block.
package typealias Responder = @Sendable ([UInt8]) -> Reply

/// Serves JSON-RPC messages on unix and TCP sockets.
///
/// A graceful shutdown accepts and reads nothing more, answers what is in flight, and returns once every connection is
/// closed, at the latest when the drain timeout is over. Cancellation closes everything at once.
package struct RPCServer: Service {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let reportListening: @Sendable ([ListenAddress]) -> Void
    private let respond: Responder

    /// `reportListening` is told the addresses, with the ports really used, once all of them accept connections.
    package init(
        configuration: ServerConfiguration,
        logger: Logger,
        reportListening: @escaping @Sendable ([ListenAddress]) -> Void,
        respond: @escaping Responder
    ) {
        self.configuration = configuration
        self.logger = logger
        self.reportListening = reportListening
        self.respond = respond
    }

    /// Throws `ListenError` where it cannot listen on one of the addresses.
    package func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoopCount)
        do {
            try await serve(on: group)
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(on group: any EventLoopGroup) async throws {
        let connections = ConnectionRegistry()
        let listeners = try await listen(on: group, connections)
        reportListening(listeners.map(\.address))
        let isGraceful = await waitForShutdown()
        for listener in listeners { await listener.close() }
        await isGraceful ? drain(connections, on: group) : close(connections)
    }

    private func listen(on group: any EventLoopGroup, _ connections: ConnectionRegistry) async throws -> [Listener] {
        var listeners: [Listener] = []
        do {
            for address in configuration.addresses {
                listeners.append(
                    try await Listener(on: address, socketFileMode: configuration.socketFileMode, group: group) {
                        serve($0, connections)
                    }
                )
            }
        } catch {
            for listener in listeners { await listener.close() }
            throw error
        }
        return listeners
    }

    private func serve(_ connection: any Channel, _ connections: ConnectionRegistry) -> EventLoopFuture<Void> {
        let limits = configuration.connections
        return connection.eventLoop.makeCompletedFuture {
            let highWaterMark = max(limits.outboundByteCount, 2)
            try connection.syncOptions?.setOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: highWaterMark / 2, high: highWaterMark)
            )
            try connection.pipeline.syncOperations.addHandler(FramingDetector(limits: limits, respond: respond))
            connections.add(connection)
        }
    }

    /// Returns whether there is time to answer what is in flight.
    private func waitForShutdown() async -> Bool {
        do {
            try await gracefulShutdown()
            return true
        } catch {
            return false
        }
    }

    private func drain(_ connections: ConnectionRegistry, on group: any EventLoopGroup) async {
        let timeout = configuration.drainTimeout
        let giveUp = group.any().scheduleTask(in: TimeAmount(timeout)) { [logger] in
            logger.warning("Closing connections that did not drain in time", metadata: ["timeout": "\(timeout)"])
            connections.closeAll()
        }
        connections.drain()
        await connections.waitUntilEmpty()
        giveUp.cancel()
    }

    private func close(_ connections: ConnectionRegistry) async {
        connections.closeAll()
        await connections.waitUntilEmpty()
    }
}
