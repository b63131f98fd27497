import MatrixEvents

extension AuthorizationCase {
    /// The fewest changes after which the event is allowed, of those that the denying rules suggest; none where the event is
    /// allowed as it is, or where nothing mends it.
    ///
    /// What is returned was made, and the event decided again: ``applying(_:)`` and ``decide()`` show it to whoever asks.
    package func nearestChanges() -> [Change] {
        let decision = decide()
        guard decision.verdict == .deny else { return [] }
        var queue: [(world: AuthorizationCase, denial: Decision, changes: [Change])] = [(self, decision, [])]
        var next = 0
        var decisions = 0
        while next < queue.count {
            let (world, denial, changes) = queue[next]
            next += 1
            for candidate in world.candidates(against: denial) {
                guard let longer = changes.followed(by: candidate), longer.count <= Self.changeLimit,
                    let changed = world.applying(candidate)
                else { continue }
                guard decisions < Self.decisionLimit else { return [] }
                decisions += 1
                let decision = changed.decide()
                if decision.verdict == .allow { return changed.proven(longer, of: self) }
                queue.append((changed, decision, longer))
            }
        }
        return []
    }

    /// More changes than these are another event in another room.
    private static let changeLimit = 4
    /// Decisions that one answer may cost.
    private static let decisionLimit = 128

    /// The changes, where made at once they do what they did one after the other.
    private func proven(_ changes: [Change], of original: AuthorizationCase) -> [Change] {
        original.applying(changes)?.decide().verdict == .allow ? changes : []
    }
}

extension [Change] {
    /// With `change` at the end, or in place of an earlier one of the same subject; `nil` where that leads nowhere.
    fileprivate func followed(by change: Change) -> [Change]? {
        guard let place = firstIndex(where: { $0.subject == change.subject }) else { return self + [change] }
        guard let both = change.after(self[place]) else { return nil }
        var changes = self
        changes[place] = both
        return changes
    }
}
