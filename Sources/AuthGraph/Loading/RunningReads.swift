import MatrixEvents

/// What changed in the store while it was being read: what such a read says may be out of date when it arrives.
struct RunningReads {
    private var changes: [Int: OutcomeChange] = [:]
    private var lastNumber = 0

    /// Begins a read; changes are noted for it until ``end(_:)``.
    mutating func begin() -> Int {
        lastNumber += 1
        changes[lastNumber] = .of([])
        return lastNumber
    }

    mutating func note(_ change: OutcomeChange) {
        for (number, earlier) in changes { changes[number] = earlier.followed(by: change) }
    }

    /// - Returns: what changed since the read began.
    mutating func end(_ number: Int) -> OutcomeChange {
        changes.removeValue(forKey: number) ?? .unseen
    }
}

extension OutcomeChange {
    fileprivate func followed(by later: OutcomeChange) -> OutcomeChange {
        guard case .of(let ids) = self, case .of(let more) = later else { return .unseen }
        return .of(ids + more)
    }
}
