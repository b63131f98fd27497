package import EventAuthorization

/// How many events of a room were decided, and how.
package struct ReplayTally: Sendable, Equatable {
    /// Events that the rules allow, and that they deny.
    package var allowed = 0
    package var denied = 0
    /// Events that cite something that is missing.
    package var undecided = 0
    /// Events that the store says were rejected.
    package var storedAsRejected = 0
    /// Events whose content is not the one that was hashed, as after a redaction.
    package var pruned = 0
    /// How many events each rule denies.
    package var denials: [Rule: Int] = [:]

    package init() {}

    /// Events in all.
    package var eventCount: Int { allowed + denied + undecided }

    mutating func count(_ decision: Decision?, wasRejected: Bool, isPruned: Bool) {
        switch decision?.verdict {
        case .allow: allowed += 1
        case .deny: denied += 1
        case nil: undecided += 1
        }
        if wasRejected { storedAsRejected += 1 }
        if isPruned { pruned += 1 }
        if let decision, decision.verdict == .deny { denials[decision.rule, default: 0] += 1 }
    }
}

/// What a replay has to say of a room as a whole.
package struct RoomConclusion: Sendable {
    /// Events of the current state; `nil` where the store knows no state of the room.
    package let stateCount: Int?
    /// The findings, of each kind the first so many.
    package private(set) var findings: [ReplayFinding] = []
    /// How many there are of each kind.
    package private(set) var counts: [ReplayFinding.Kind: Int] = [:]
    /// Places of the current state that may have fallen back and were not looked at to the end, for there are limits to that.
    package internal(set) var unexaminedCount = 0
    private let limit: Int

    init(stateCount: Int?, limit: Int) {
        self.stateCount = stateCount
        self.limit = limit
    }

    mutating func add(_ finding: ReplayFinding) {
        let count = counts[finding.kind, default: 0] + 1
        counts[finding.kind] = count
        if count <= limit { findings.append(finding) }
    }
}
