package import JSONRPC
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Turns a message of a session into what becomes of it. It is called on an event loop and must not block.
package typealias Responder = @Sendable ([UInt8], Session) -> Reply

/// Serves JSON-RPC messages on unix and TCP sockets, as lines of JSON or by HTTP.
///
/// A graceful shutdown says first, for as long as the drain wait, that the server is not ready; then it accepts nothing
/// more, answers what arrives until each connection is quiet, and returns once every connection is closed, at the latest
/// when the drain timeout is over. Cancellation closes everything at once.
package struct RPCServer: Service {
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let pages: Pages
    private let limitsMet: LimitCounters
    private let connections = ConnectionRegistry()
    private let reportListening: @Sendable ([ListenAddress]) -> Void
    private let respond: Responder

    /// - Parameters:
    ///   - limitsMet: counts what is refused and who is cut off.
    ///   - reportListening: is told the addresses, with the ports really used, once all of them accept connections.
    package init(
        configuration: ServerConfiguration,
        logger: Logger,
        pages: Pages,
        limitsMet: LimitCounters = LimitCounters(),
        reportListening: @escaping @Sendable ([ListenAddress]) -> Void,
        respond: @escaping Responder
    ) {
        self.configuration = configuration
        self.logger = logger
        self.pages = pages
        self.limitsMet = limitsMet
        self.reportListening = reportListening
        self.respond = respond
    }

    /// How many connections are open.
    package var connectionCount: Int { connections.count }

    /// Throws `ListenError` where it cannot listen on one of the addresses.
    package func run() async throws {
        try configuration.checkProtection()
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
        let acceptor = ConnectionAcceptor(
            withinOpenFiles(configuration),
            services: ConnectionServices(configuration, pages: pages, limitsMet: limitsMet, respond: respond),
            loops: LoopWatch(group),
            connections: connections
        )
        let listeners = try await listen(on: group, acceptor)
        reportListening(listeners.map(\.address))
        let isGraceful = await waitForShutdown()
        for listener in listeners { await listener.close() }
        await isGraceful ? drain(on: group) : close()
    }

    /// Allows no more connections than the process may have: beyond that it could not even refuse them.
    private func withinOpenFiles(_ configuration: ServerConfiguration) -> ServerConfiguration {
        guard let limit = OpenFiles.raiseLimit() else { return configuration }
        var possible = configuration
        possible.connectionCount = OpenFiles.connectionCount(wanted: configuration.connectionCount, limit: limit)
        if possible.connectionCount < configuration.connectionCount {
            logger.notice(
                "Open files allow fewer connections than the limit",
                metadata: ["files": "\(limit)", "connections": "\(possible.connectionCount)"]
            )
        }
        return possible
    }

    private func listen(on group: any EventLoopGroup, _ acceptor: ConnectionAcceptor) async throws -> [Listener] {
        var listeners: [Listener] = []
        do {
            for address in configuration.addresses {
                listeners.append(
                    try await Listener(on: address, socketFile: configuration.socketFile, group: group) {
                        acceptor.accept($0, on: address)
                    }
                )
            }
        } catch {
            for listener in listeners { await listener.close() }
            throw error
        }
        return listeners
    }

    /// Returns whether there is time to answer what is in flight.
    private func waitForShutdown() async -> Bool {
        do {
            try await gracefulShutdown()
            pages.health.beginDraining()
            logger.notice("Draining", metadata: ["connections": "\(connections.count)"])
            // Load balancers need a moment to notice; meanwhile everything goes on.
            if configuration.drainWait > .zero { try await Task.sleep(for: configuration.drainWait) }
            return true
        } catch {
            return false
        }
    }

    private func drain(on group: any EventLoopGroup) async {
        let timeout = configuration.drainTimeout
        let eventLoop = group.any()
        // Clients that never pause are answered for half of the time, and from then on told nothing more.
        let lastCall = eventLoop.scheduleTask(in: TimeAmount(timeout / 2)) { connections.drain() }
        let giveUp = eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            logger.warning("Closing connections that did not drain in time", metadata: ["timeout": "\(timeout)"])
            connections.closeAll()
        }
        connections.windDown()
        await connections.waitUntilEmpty()
        lastCall.cancel()
        giveUp.cancel()
    }

    private func close() async {
        connections.closeAll()
        await connections.waitUntilEmpty()
    }
}
