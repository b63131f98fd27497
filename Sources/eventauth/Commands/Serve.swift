import ArgumentParser
import AuthGraph
import AuthorizationService
import JSONRPC
import Logging
import MatrixEvents
import PostgresStore
import RPCServer
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer JSON-RPC requests on sockets.",
        discussion: """
            One JSON-RPC 2.0 message or batch a line, or in the body of a POST by HTTP/1.1: a connection's first byte \
            tells. Prints a line per listener on standard error once it accepts connections; ends with status 0 on \
            SIGTERM, having answered what was in flight; reads certificates again on SIGHUP. By HTTP there are \
            also GET /health/live, /health/ready, /metrics and /openrpc.json.

              eventauth serve --listen unix:/run/eventauth.sock --database postgresql:///eventauth
              echo '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}' | nc -N -U eventauth.sock
            """
    )

    @OptionGroup var file: ConfigOption

    @OptionGroup(title: "Listening")
    var listening: ListenOptions

    @OptionGroup(title: "Limits")
    var limiting: LimitOptions

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

    @OptionGroup(title: "Logs")
    var logging: LogOptions

    func validate() throws {
        guard database == nil || preload.isEmpty else {
            throw ValidationError("--preload is for a server without a database; use `eventauth import`")
        }
        guard database == nil || keys.isEmpty else {
            throw ValidationError("--keys is for a server without a database; use `eventauth keys import`")
        }
        guard (1...1000).contains(connections) else { throw ValidationError("--connections is from 1 to 1000") }
        guard cacheBytes >= 0 else { throw ValidationError("--cache-bytes is not negative") }
        guard (0...86_400).contains(flagTtl) else { throw ValidationError("--flag-ttl is from 0 to 86400 seconds") }
    }

    func run() async throws {
        let logger = logging.logger
        let metrics = MetricsExport()
        let store = try await openStore(metrics, logger)
        let keys = ServerKeys(store: try await keyStore(store))
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheBytes
        limits.flagLifetime = .seconds(flagTtl)
        limits.queryCount = connections
        let graph = AuthGraph(store: store.map { $0 as any EventStore } ?? MemoryEventStore(), limits: limits)
        metrics.watch(graph)
        if let store { metrics.watch(store) }
        try await preload(into: graph)
        // They end in the opposite order: what still answers requests needs those before it.
        var services: [any Service] = [
            GraphLoads(graph: graph), KeyLoads(keys: keys),
        ]
        let health = Health(startingWith: store == nil ? nil : .starting)
        if let store {
            services.insert(store, at: 0)
            let probe = StoreProbe(store)
            services.append(HealthMonitor(health: health, logger: logger) { await probe.obstacle() })
        }
        let access = (tls: try listening.tls(), credentials: try listening.credentialFile(logger))
        services.append(Reloads(logger: logger, actions: reloads(access)))
        services.append(
            EndingInTime(
                server: try server(graph, keys, health, access, metrics, logger),
                limit: .seconds(limiting.drainWait + limiting.drainTimeout + 1),
                logger: logger
            )
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    /// What a server knows callers by.
    private typealias Access = (tls: TLSContext?, credentials: CredentialFile?)

    private func openStore(_ metrics: MetricsExport, _ logger: Logger) async throws -> PostgresStore? {
        guard let database else { return nil }
        var configuration = PostgresConfiguration(url: database)
        configuration.connectionCount = connections
        let store = PostgresStore(
            configuration: configuration,
            logger: logger,
            reportTime: metrics.reportDatabaseTime
        )
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
        logging.announce("preloaded \(report.summary.stored.grouped) events")
        for refusal in report.refused { logging.announce("refused \(refusal.place): \(refusal.reason)") }
    }

    private func keyStore(_ store: PostgresStore?) async throws -> any ServerKeyStore {
        if let store { return store }
        let store = MemoryServerKeyStore()
        for file in keys { _ = try await store.save(try KeyFile(file).keys) }
        return store
    }

    private func reloads(_ access: Access) -> [(name: String, reload: @Sendable () throws -> Void)] {
        var reloads: [(name: String, reload: @Sendable () throws -> Void)] = []
        if let tls = access.tls { reloads.append(("certificates", { try tls.reload() })) }
        if let credentials = access.credentials { reloads.append(("credentials", { try credentials.reload() })) }
        return reloads
    }

    private func server(
        _ graph: AuthGraph,
        _ keys: ServerKeys,
        _ health: Health,
        _ access: Access,
        _ metrics: MetricsExport,
        _ logger: Logger
    ) throws -> RPCServer {
        let service = AuthorizationService(
            graph: graph,
            keys: keys,
            reportProgress: { $0.log(to: logger) },
            metrics: metrics.registry,
            report: { $0.log(to: logger) }
        )
        let dispatcher = Dispatcher(
            methods: service.methods,
            info: AuthorizationService.info,
            limits: limiting.ofCalls,
            observe: { [calls = service.callMetrics] in calls.finished($0) }
        )
        let server = RPCServer(
            configuration: try serverConfiguration(access),
            logger: logger,
            pages: Pages(
                health: health,
                metrics: { metrics.page },
                openRPC: dispatcher.openRPCDocument.bytes
            ),
            reportListening: { [logging] addresses in
                for address in addresses { logging.announce("listening on \(address)") }
            },
            respond: { dispatcher.respond(to: $0, in: $1) }
        )
        if let credentials = access.credentials { metrics.watch(credentials) }
        metrics.watch(connectionCount: { server.connectionCount }, waitingCount: { dispatcher.waitingCount })
        return server
    }

    private func serverConfiguration(_ access: Access) throws -> ServerConfiguration {
        var configuration = ServerConfiguration(addresses: listening.listen)
        configuration.socketFile = try listening.socketFile()
        configuration.tls = access.tls
        configuration.authentication = access.credentials
        configuration.allowsUnprotected = listening.insecure
        configuration.connections = limiting.ofConnections
        configuration.connectionCount = limiting.maxConnections
        configuration.inboundByteCount = limiting.inboundBytes
        configuration.connectionAge = limiting.connectionAge > 0 ? .seconds(limiting.connectionAge) : nil
        configuration.drainWait = .seconds(limiting.drainWait)
        configuration.drainTimeout = .seconds(limiting.drainTimeout)
        return configuration
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
