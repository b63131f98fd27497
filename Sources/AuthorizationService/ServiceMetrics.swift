import Metrics

/// What the service counts. Labels are fixed words.
struct ServiceMetrics: Sendable {
    /// Queries that a decision of `auth.check` waited for: none where memory held everything.
    private let decisionQueries: Recorder

    init(factory: any MetricsFactory) {
        decisionQueries = Recorder(label: "eventauth_decision_queries", factory: factory)
    }

    func decided(afterQueries count: Int) {
        decisionQueries.record(count)
    }
}
