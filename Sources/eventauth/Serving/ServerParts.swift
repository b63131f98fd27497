import AuthGraph
import AuthorizationService
import JSONRPC
import Logging
import MatrixEvents
import PostgresStore
import RPCServer
import ServiceLifecycle
import UnixSignals

/// What a server is put together from.
struct ServerParts {
    let logger: Logger
    let metrics: MetricsExport
    /// `nil` where events live in memory.
    let store: PostgresStore?
    let graph: AuthGraph
    let keys: ServerKeys
    let health: Health
    let tls: TLSContext?
    let credentials: CredentialFile?
    let traces: LineFile?
    let decisions: (file: LineFile, log: DecisionLog)?
    let service: AuthorizationService

    /// What answers the messages of clients.
    func dispatcher(limits: Dispatcher.Limits) -> Dispatcher {
        Dispatcher(
            methods: service.methods,
            info: AuthorizationService.info,
            limits: limits,
            observer: ServiceObserver(
                metrics: service.callMetrics,
                log: RequestLog(logger: logger),
                tracer: traces.map { CallTracer(tracer: FileTracer(file: $0)) }
            )
        )
    }

    /// Writes from now on what the parts count.
    func watchMetrics() {
        metrics.watch(graph)
        if let store { metrics.watch(store) }
        if let credentials { metrics.watch(credentials) }
        if let traces { metrics.watchDropped(from: "traces") { traces.droppedCount } }
        if let decisions {
            metrics.watchDropped(from: "decisions") { decisions.log.droppedCount + decisions.file.droppedCount }
        }
    }

    /// Writes the decisions that still wait, as far as no database is needed for it.
    func saveDecisions() {
        guard let decisions else { return }
        for record in decisions.log.takeAll() { decisions.file.append(record.incompleteLine) }
        decisions.file.flush()
    }

    /// Runs `server` and what it needs until the program is told to stop.
    func run(_ server: EndingInTime) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services + [server],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    /// They end in the opposite order: what still answers requests needs those before it.
    private var services: [any Service] {
        var services: [any Service] = []
        if let traces { services.append(traces) }
        if let decisions { services.append(decisions.file) }
        if let store { services.append(store) }
        services += [GraphLoads(graph: graph), KeyLoads(keys: keys)]
        if let store {
            let probe = StoreProbe(store)
            services.append(HealthMonitor(health: health, logger: logger) { await probe.obstacle() })
        }
        if let decisions {
            services.append(DecisionLogging(service: service, log: decisions.log, file: decisions.file))
        }
        services.append(Reloads(logger: logger, actions: reloads))
        return services
    }

    /// What SIGHUP has read again, or begun anew.
    private var reloads: [(name: String, reload: @Sendable () throws -> Void)] {
        var reloads: [(name: String, reload: @Sendable () throws -> Void)] = []
        if let tls { reloads.append(("certificates", { try tls.reload() })) }
        if let credentials { reloads.append(("credentials", { try credentials.reload() })) }
        if let traces { reloads.append(("traces", { try traces.reopen() })) }
        if let decisions { reloads.append(("decision log", { try decisions.file.reopen() })) }
        return reloads
    }
}

extension AuthorizationService {
    /// The service as the program has it: what it reports goes to `logger`.
    init(
        _ graph: AuthGraph,
        _ keys: ServerKeys,
        _ metrics: MetricsExport,
        decisionLog: DecisionLog?,
        loggingTo logger: Logger
    ) {
        self.init(
            graph: graph,
            keys: keys,
            reportProgress: { $0.log(to: logger) },
            metrics: metrics.registry,
            decisionLog: decisionLog,
            report: { $0.log(to: logger) }
        )
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
