import EventAuthorization
import MatrixEvents
import Metrics
import Synchronization

/// Counts decisions by what they say. There are as many counters as rules of the catalogue have decided in some room
/// version, each made when it is first needed.
final class DecisionCounters: Sendable {
    /// What decisions are counted by.
    struct Kind: Hashable {
        let roomVersion: RoomVersion
        let verdict: Decision.Verdict
        let rule: String
        let gate: Gate

        /// By the rule alone, which tells most kinds apart: the others would hash their names, three more texts a decision.
        func hash(into hasher: inout Hasher) {
            hasher.combine(rule)
        }
    }

    private let factory: any MetricsFactory
    private let counters = Mutex<[Kind: Counter]>([:])

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    func count(_ kind: Kind) {
        counter(of: kind).increment()
    }

    private func counter(of kind: Kind) -> Counter {
        counters.withLock { counters in
            if let counter = counters[kind] { return counter }
            let counter = Counter(label: "eventauth_decisions_total", dimensions: kind.labels, factory: factory)
            counters[kind] = counter
            return counter
        }
    }
}

extension DecisionCounters.Kind {
    fileprivate var labels: [(String, String)] {
        [
            ("room_version", roomVersion.rawValue), ("verdict", verdict.rawValue), ("rule", rule),
            ("gate", gate.rawValue),
        ]
    }
}
