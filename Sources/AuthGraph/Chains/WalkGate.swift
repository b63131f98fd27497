/// Lets a few walks run at a time; the others wait, first come, first served.
struct WalkGate<Waiter> {
    enum Entry {
        case open
        case waiting
        /// As many wait as may.
        case full
    }

    private let walkLimit: Int
    private let waiterLimit: Int
    private var walkCount = 0
    private var lastTicket = 0
    private var queue: [(ticket: Int, waiter: Waiter)] = []

    init(walkLimit: Int, waiterLimit: Int) {
        self.walkLimit = walkLimit
        self.waiterLimit = waiterLimit
    }

    mutating func makeTicket() -> Int {
        lastTicket += 1
        return lastTicket
    }

    mutating func enter(_ waiter: Waiter, ticket: Int) -> Entry {
        if walkCount < walkLimit {
            walkCount += 1
            return .open
        }
        guard queue.count < waiterLimit else { return .full }
        queue.append((ticket, waiter))
        return .waiting
    }

    /// Ends a walk.
    ///
    /// - Returns: who walks now in its place.
    mutating func leave() -> Waiter? {
        if queue.isEmpty {
            walkCount -= 1
            return nil
        }
        return queue.removeFirst().waiter
    }

    /// Takes one out of the queue; `nil` where there is none with `ticket`.
    mutating func giveUp(_ ticket: Int) -> Waiter? {
        queue.firstIndex { $0.ticket == ticket }.map { queue.remove(at: $0).waiter }
    }
}
