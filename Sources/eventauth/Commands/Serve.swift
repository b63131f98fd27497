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
            SIGTERM, having answered what was in flight. On SIGHUP it reads certificates and credentials again, and begins \
            the files of --decision-log and --traces anew. By HTTP there are also GET /health/live, /health/ready, \
            /metrics and /openrpc.json.

              eventauth serve --listen unix:/run/eventauth.sock --database postgresql:///eventauth
              echo '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}' | nc -N -U eventauth.sock
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let logger = options.logging.logger
        let metrics = MetricsExport()
        let traces = try options.logging.traceFile(logger)
        if let traces { InstrumentationSystem.bootstrap(FileTracer(file: traces)) }
        let store = try await openStore(metrics, logger)
        let graph = AuthGraph(store: store.map { $0 as any EventStore } ?? MemoryEventStore(), limits: options.ofGraph)
        let keys = ServerKeys(store: try await keyStore(store))
        let decisions = try options.logging.decisionFile(logger).map {
            (file: $0, log: DecisionLog(of: options.logging.decisionLogScope))
        }
        let parts = ServerParts(
            logger: logger,
            metrics: metrics,
            store: store,
            graph: graph,
            keys: keys,
            health: Health(startingWith: store == nil ? nil : .starting),
            tls: try options.listening.tls(),
            credentials: try options.listening.credentialFile(logger),
            traces: traces,
            decisions: decisions,
            service: AuthorizationService(graph, keys, metrics, decisionLog: decisions?.log, loggingTo: logger)
        )
        try await preload(into: parts.graph)
        let server = try server(parts)
        parts.watchMetrics()
        try await parts.run(
            EndingInTime(
                server: server,
                limit: .seconds(options.limiting.drainWait + options.limiting.drainTimeout + 1),
                logger: logger,
                beforeExit: { parts.saveDecisions() }
            )
        )
    }

    private func openStore(_ metrics: MetricsExport, _ logger: Logger) async throws -> PostgresStore? {
        guard let database = options.database else { return nil }
        var configuration = options.layout.configuration(database)
        configuration.connectionCount = options.connections
        configuration.replicaURLs = options.replicas.urls
        return try await .open(configuration, logger: logger, reportTime: metrics.reportDatabaseTime)
    }

    private func preload(into graph: AuthGraph) async throws {
        guard !options.preload.isEmpty else { return }
        var importer = FileImporter(into: graph)
        for file in options.preload { try await importer.add(file, showingProgress: true) }
        let report = importer.finish()
        options.logging.announce("preloaded \(report.summary.stored.grouped) events")
        for refusal in report.refused { options.logging.announce("refused \(refusal.place): \(refusal.reason)") }
    }

    private func keyStore(_ store: PostgresStore?) async throws -> any ServerKeyStore {
        if let store, !store.layout.isReadOnly { return store }
        let store = MemoryServerKeyStore()
        for file in options.keys { _ = try await store.save(try KeyFile(file).keys) }
        return store
    }

    private func server(_ parts: ServerParts) throws -> RPCServer {
        let dispatcher = parts.dispatcher(limits: options.limiting.ofCalls)
        let server = RPCServer(
            configuration: try options.serverConfiguration(tls: parts.tls, credentials: parts.credentials),
            logger: parts.logger,
            pages: Pages(
                health: parts.health,
                metrics: { parts.metrics.page },
                openRPC: dispatcher.openRPCDocument.bytes
            ),
            limitsMet: dispatcher.limitsMet,
            reportListening: { [logging = options.logging] addresses in
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
}
