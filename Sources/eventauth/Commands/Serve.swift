import ArgumentParser
import AuthGraph
import AuthorizationService
import JSONRPC
import Logging
import MatrixEvents
import PostgresStore
import RPCServer
import Tracing

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

    @OptionGroup
    var replicas: ReplicaOptions

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
        guard database != nil || replicas.databaseRead.isEmpty else {
            throw ValidationError("--database-read needs --database: replicas are read, and never written")
        }
        guard (1...1000).contains(connections) else { throw ValidationError("--connections is from 1 to 1000") }
        guard cacheBytes >= 0 else { throw ValidationError("--cache-bytes is not negative") }
        guard (0...86_400).contains(flagTtl) else { throw ValidationError("--flag-ttl is from 0 to 86400 seconds") }
    }

    func run() async throws {
        let logger = logging.logger
        let metrics = MetricsExport()
        let traces = try logging.traceFile(logger)
        if let traces { InstrumentationSystem.bootstrap(FileTracer(file: traces)) }
        let store = try await openStore(metrics, logger)
        let parts = ServerParts(
            logger: logger,
            metrics: metrics,
            store: store,
            graph: AuthGraph(store: store.map { $0 as any EventStore } ?? MemoryEventStore(), limits: ofGraph),
            keys: ServerKeys(store: try await keyStore(store)),
            health: Health(startingWith: store == nil ? nil : .starting),
            tls: try listening.tls(),
            credentials: try listening.credentialFile(logger),
            traces: traces,
            decisions: try logging.decisionFile(logger).map { ($0, DecisionLog(of: logging.decisionLogScope)) }
        )
        try await preload(into: parts.graph)
        let server = try server(parts)
        parts.watchMetrics()
        try await parts.run(
            EndingInTime(
                server: server,
                limit: .seconds(limiting.drainWait + limiting.drainTimeout + 1),
                logger: logger
            )
        )
    }

    private var ofGraph: AuthGraphLimits {
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheBytes
        limits.flagLifetime = .seconds(flagTtl)
        limits.queryCount = connections
        return limits
    }

    private func openStore(_ metrics: MetricsExport, _ logger: Logger) async throws -> PostgresStore? {
        guard let database else { return nil }
        var configuration = PostgresConfiguration(url: database)
        configuration.connectionCount = connections
        configuration.replicaURLs = replicas.urls
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

    private func server(_ parts: ServerParts) throws -> RPCServer {
        let dispatcher = parts.dispatcher(limits: limiting.ofCalls)
        let server = RPCServer(
            configuration: try serverConfiguration(parts),
            logger: parts.logger,
            pages: Pages(
                health: parts.health,
                metrics: { parts.metrics.page },
                openRPC: dispatcher.openRPCDocument.bytes
            ),
            limitsMet: dispatcher.limitsMet,
            reportListening: { [logging] addresses in
                for address in addresses { logging.announce("listening on \(address)") }
            },
            respond: { dispatcher.respond(to: $0, in: $1) }
        )
        parts.metrics.watch(
            connectionCount: { server.connectionCount },
            waitingCount: { dispatcher.waitingCount }
        )
        parts.metrics.watch(dispatcher.limitsMet)
        return server
    }

    private func serverConfiguration(_ parts: ServerParts) throws -> ServerConfiguration {
        var configuration = ServerConfiguration(addresses: listening.listen)
        configuration.socketFile = try listening.socketFile()
        configuration.tls = parts.tls
        configuration.authentication = parts.credentials
        configuration.allowsUnprotected = listening.insecure
        configuration.connections = limiting.ofConnections
        configuration.connectionCount = limiting.maxConnections
        configuration.inboundByteCount = limiting.inboundBytes
        configuration.outboundByteCount = limiting.outboundBytes
        configuration.connectionAge = limiting.connectionAge > 0 ? .seconds(limiting.connectionAge) : nil
        configuration.drainWait = .seconds(limiting.drainWait)
        configuration.drainTimeout = .seconds(limiting.drainTimeout)
        return configuration
    }
}
