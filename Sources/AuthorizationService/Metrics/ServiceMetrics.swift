import AuthGraph
import EventAuthorization
import JSONRPC
import MatrixEvents
import Metrics

/// What the service counts. Labels are fixed words: nothing that a caller sends becomes one.
struct ServiceMetrics: Sendable {
    private let factory: any MetricsFactory
    /// Queries that a decision of `auth.check` waited for: none where memory held everything.
    private let decisionQueries: Recorder
    private let decisions: DecisionCounters

    init(factory: any MetricsFactory) {
        self.factory = factory
        decisionQueries = Recorder(label: "eventauth_decision_queries", factory: factory)
        decisions = DecisionCounters(factory: factory)
    }

    /// Counts a decision that a caller is told.
    func decided(_ result: CheckResult) {
        let kind = DecisionCounters.Kind(
            roomVersion: result.roomVersion,
            verdict: result.verdict,
            rule: result.ruleName,
            gate: result.gate
        )
        decisions.count(kind)
    }

    func decided(_ result: CheckResult, afterQueries count: Int) {
        decisionQueries.record(count)
        decided(result)
    }

    /// What counts the calls of `methods`.
    fileprivate func callMetrics(of methods: [StaticString]) -> CallMetrics {
        CallMetrics(methods: methods, factory: factory)
    }
}

extension AuthorizationService {
    /// What counts the calls of this service's methods, for whoever hears of them: made once, when the server starts.
    package var callMetrics: CallMetrics {
        metrics.callMetrics(of: methods.map(\.name) + Dispatcher.ownMethods)
    }
}
