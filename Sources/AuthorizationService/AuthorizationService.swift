package import AuthGraph
package import JSONRPC
package import Metrics

/// The methods of the service, one file each in `Methods/`: parameters, graph, decision, result.
package struct AuthorizationService: Sendable {
    private let parts: Parts

    /// What the service consists of: an object, since each request holds on to the service more than once.
    private final class Parts: Sendable {
        let graph: AuthGraph
        let keys: ServerKeys
        let report: @Sendable (Incident) -> String
        let reportProgress: @Sendable (WorkProgress) -> Void
        let metrics: ServiceMetrics
        let decisionLog: DecisionLog?

        init(
            graph: AuthGraph,
            keys: ServerKeys,
            report: @escaping @Sendable (Incident) -> String,
            reportProgress: @escaping @Sendable (WorkProgress) -> Void,
            metrics: ServiceMetrics,
            decisionLog: DecisionLog?
        ) {
            self.graph = graph
            self.keys = keys
            self.report = report
            self.reportProgress = reportProgress
            self.metrics = metrics
            self.decisionLog = decisionLog
        }
    }

    /// - Parameters:
    ///   - keys: the servers' signing keys; by default there are none but those that requests bring along.
    ///   - metrics: makes what the service counts with.
    ///   - decisionLog: takes down decisions, which ``writeDecisions(_:)`` then writes.
    package init(
        graph: AuthGraph,
        keys: ServerKeys = ServerKeys(store: MemoryServerKeyStore()),
        reportProgress: @escaping @Sendable (WorkProgress) -> Void = { _ in },
        metrics: any MetricsFactory = MetricsSystem.factory,
        decisionLog: DecisionLog? = nil,
        report: @escaping @Sendable (Incident) -> String
    ) {
        parts = Parts(
            graph: graph,
            keys: keys,
            report: report,
            reportProgress: reportProgress,
            metrics: ServiceMetrics(factory: metrics),
            decisionLog: decisionLog
        )
    }

    var graph: AuthGraph { parts.graph }
    var keys: ServerKeys { parts.keys }
    var metrics: ServiceMetrics { parts.metrics }
    var decisionLog: DecisionLog? { parts.decisionLog }

    /// Writes an incident to the log and returns its name there.
    func report(_ incident: Incident) -> String { parts.report(incident) }

    /// Hears how far long work is.
    var reportProgress: @Sendable (WorkProgress) -> Void { parts.reportProgress }

    package var methods: [Method] {
        [
            check, checkMany, rules, select, joinTemplate, joinAccept, inviteCheck, chain, difference, putEvents,
            getEvents, replayRoom, can, who, whence, whatIf,
        ]
    }

    package static let info = ServiceInfo(
        title: "eventauth",
        version: eventauthVersion,
        summary: "Decides whether a Matrix event may happen, and names the rule that says so."
    )
}

/// The version of the service.
package let eventauthVersion = "0.1.0"

/// Something that went wrong in the service or behind it, for whoever operates it.
package struct Incident: Sendable {
    package let detail: String
}
