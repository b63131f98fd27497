import Synchronization

/// The bytes of messages that have arrived in part, all connections together.
final class InboundBudget: Sendable {
    private let limit: Int
    private let held = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    fileprivate func change(by difference: Int) -> Bool {
        held.wrappingAdd(difference, ordering: .relaxed).newValue <= limit
    }
}

/// One connection's part of the budget. It gives back what it has when it goes.
struct HeldBytes: ~Copyable {
    private let budget: InboundBudget
    private var count = 0
    /// Less than this is what every connection may have at any time.
    private static let threshold = 64 << 10

    init(in budget: InboundBudget) {
        self.budget = budget
    }

    deinit {
        if count > 0 { _ = budget.change(by: -count) }
    }

    /// Takes note of how many bytes the connection holds now.
    ///
    /// - Returns: false where all connections hold more than they may.
    mutating func set(_ newCount: Int) -> Bool {
        let counted = newCount > Self.threshold ? newCount : 0
        guard counted != count else { return true }
        defer { count = counted }
        let isWithinLimit = budget.change(by: counted - count)
        return isWithinLimit || counted < count
    }
}
