package import MatrixEvents

/// One rule that was tried, and what came of it.
package struct RuleTrial: Sendable {
    package enum Outcome: String, Sendable {
        /// A rule that could have denied the event did not.
        case passed
        /// A rule that could have allowed the event did not apply.
        case skipped
        case allowed
        case rejected
    }

    package let rule: Rule
    package let outcome: Outcome
    package let comparison: Comparison
    /// The events whose content the rule read.
    package let read: [EventID]
}

/// Keeps every trial.
final class TraceRecorder: RuleObserver {
    private(set) var trials: [RuleTrial] = []

    func tried(
        _ rule: Rule,
        _ outcome: RuleTrial.Outcome,
        comparing comparison: () -> Comparison,
        reading events: () -> [EventID]
    ) {
        trials.append(RuleTrial(rule: rule, outcome: outcome, comparison: comparison(), read: events()))
    }
}

/// Keeps nothing, and costs nothing.
struct NoTrace: RuleObserver {
    @inline(__always)
    func tried(
        _ rule: Rule,
        _ outcome: RuleTrial.Outcome,
        comparing comparison: () -> Comparison,
        reading events: () -> [EventID]
    ) {}
}
