import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import JSONRPC
import Logging
import MatrixEvents
import PostgresStore
import RPCServer
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand, EnvironmentConfigurable {
    static let configuration = CommandConfiguration(
        abstract: "Answer JSON-RPC requests on sockets.",
        discussion: """
            One JSON-RPC 2.0 message or batch a line. Prints a line per listener on standard error once it accepts \
            connections; ends with status 0 on SIGTERM, having answered what was in flight.

              eventauth serve --listen unix:/run/eventauth.sock --database postgresql:///eventauth
              echo '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}' | nc -N -U eventauth.sock
            """
    )

    static let valueOptions = [
        "listen", "database", "preload", "keys", "cache-bytes", "flag-ttl", "connections", "socket-mode",
        "drain-timeout", "message-bytes", "log-level",
    ]
    /// What the JSON reader takes at most.
    private static let messageByteLimit = JSONDocument.lengthLimit
    static let repeatableOptions = ["listen", "preload", "keys"]
    static let flags: [String] = []

    @Option(
        help: "Where to listen: unix:PATH or tcp:HOST:PORT. May be given several times.",
        transform: { try ListenAddress(parsing: $0) }
    )
    var listen: [ListenAddress] = []

    @Option(help: "The database, as libpq takes it. Without one, events live in memory.")
    var database: String?

    @Option(help: "A file of events (see `eventauth help import`) to start with, where there is no database.")
    var preload: [String] = []

    @Option(help: "A file of servers' keys (see `eventauth help keys import`), where there is no database.")
    var keys: [String] = []

    @Option(help: "Bytes of events to keep in memory.")
    var cacheBytes = 256 << 20

    @Option(help: "Seconds for which an event's being rejected or not is believed before it is read again.")
    var flagTtl = 5.0

    @Option(help: "Connections to the database for look-ups; there are six more beside these.")
    var connections = 4

    @Option(help: "The mode of unix sockets, in octal: 660.")
    var socketMode: String?

    @Option(help: "Seconds that requests in flight have when the server is told to stop.")
    var drainTimeout = 10.0

    @Option(help: "Bytes that one message may have.")
    var messageBytes = ConnectionLimits().messageByteCount

    @Option(help: "What to log: trace, debug, info, notice, warning, error, critical.", transform: Self.logLevel)
    var logLevel = Logger.Level.notice

    func validate() throws {
        guard database == nil || preload.isEmpty else {
            throw ValidationError("--preload is for a server without a database; use `eventauth import`")
        }
        guard database == nil || keys.isEmpty else {
            throw ValidationError("--keys is for a server without a database; use `eventauth keys import`")
        }
        guard (1...1000).contains(connections) else { throw ValidationError("--connections is from 1 to 1000") }
        guard cacheBytes >= 0 else { throw ValidationError("--cache-bytes is not negative") }
        guard (1...Self.messageByteLimit).contains(messageBytes) else {
            throw ValidationError("--message-bytes is from 1 to \(Self.messageByteLimit)")
        }
        guard (0...86_400).contains(flagTtl) else { throw ValidationError("--flag-ttl is from 0 to 86400 seconds") }
        guard (0...86_400).contains(drainTimeout) else {
            throw ValidationError("--drain-timeout is from 0 to 86400 seconds")
        }
        _ = try socketFileMode()
    }

    func run() async throws {
        let logger = Logger.program(logLevel)
        let store = try await openStore(logger)
        let keys = ServerKeys(store: try await keyStore(store))
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheBytes
        limits.flagLifetime = .seconds(flagTtl)
        limits.queryCount = connections
        let graph = AuthGraph(store: store.map { $0 as any EventStore } ?? MemoryEventStore(), limits: limits)
        try await preload(into: graph)
        // They end in the opposite order: what still answers requests needs those before it.
        var services: [any Service] = [
            GraphLoads(graph: graph), KeyLoads(keys: keys), try server(graph, keys, logger),
        ]
        if let store { services.insert(store, at: 0) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    private func openStore(_ logger: Logger) async throws -> PostgresStore? {
        guard let database else { return nil }
        var configuration = PostgresConfiguration(url: database)
        configuration.connectionCount = connections
        let store = PostgresStore(configuration: configuration, logger: logger)
        do {
            try await store.checkSchema()
        } catch {
            await store.close()
            throw error
        }
        return store
    }

    private func preload(into graph: AuthGraph) async throws {
        guard !preload.isEmpty else { return }
        var importer = FileImporter(into: graph)
        for file in preload { try await importer.add(file, showingProgress: true) }
        let report = importer.finish()
        printError("preloaded \(report.summary.stored.grouped) events")
        for refusal in report.refused { printError("refused \(refusal.place): \(refusal.reason)") }
    }

    private func keyStore(_ store: PostgresStore?) async throws -> any ServerKeyStore {
        if let store { return store }
        let store = MemoryServerKeyStore()
        for file in keys { _ = try await store.save(try KeyFile(file).keys) }
        return store
    }

    private func server(_ graph: AuthGraph, _ keys: ServerKeys, _ logger: Logger) throws -> RPCServer {
        let service = AuthorizationService(
            graph: graph,
            keys: keys,
            reportProgress: { $0.log(to: logger) },
            report: { $0.log(to: logger) }
        )
        let dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
        var configuration = ServerConfiguration(
            addresses: listen.isEmpty ? [.unix(path: "./eventauth.sock")] : listen
        )
        configuration.socketFileMode = try socketFileMode()
        configuration.connections.messageByteCount = messageBytes
        configuration.drainTimeout = .seconds(drainTimeout)
        return RPCServer(
            configuration: configuration,
            logger: logger,
            reportListening: { addresses in
                for address in addresses { printError("listening on \(address)") }
            },
            respond: { dispatcher.respond(to: $0) }
        )
    }

    private static func logLevel(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\"\(text)\" is no log level: \(levels)")
        }
        return level
    }

    private func socketFileMode() throws -> UInt32? {
        guard let socketMode else { return nil }
        guard let mode = UInt32(socketMode, radix: 8), mode <= 0o777 else {
            throw ValidationError("--socket-mode is an octal number such as 660")
        }
        return mode
    }
}

/// Carries out what requests need from the store.
private struct GraphLoads: Service {
    let graph: AuthGraph

    func run() async throws {
        await cancelWhenGracefulShutdown { await graph.run() }
    }
}

/// Carries out what checks of signatures need from the store.
private struct KeyLoads: Service {
    let keys: ServerKeys

    func run() async throws {
        await cancelWhenGracefulShutdown { await keys.run() }
    }
}

extension Incident {
    /// Logs the incident, under a name of its own.
    fileprivate func log(to logger: Logger) -> String {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        logger.error("Incident", metadata: ["incident": "\(name)", "detail": "\(detail)"])
        return name
    }
}

extension WorkProgress {
    fileprivate func log(to logger: Logger) {
        let room = roomID.map { $0.description } ?? "-"
        logger.notice("\(work)", metadata: ["room": "\(room)", "done": "\(done)", "events": "\(total)"])
    }
}
