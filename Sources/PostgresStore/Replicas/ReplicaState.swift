/// What is known of each read replica, and which to ask next. Pure: its owner asks.
struct ReplicaState: Sendable {
    private struct Replica {
        var loadCount = 0
        var pause: BackOff
        var statistics = ReplicaStatistics()
    }

    private var replicas: [Replica]
    /// Where the search for the least busy begins, so that equals take turns.
    private var turn = 0

    init(count: Int, pause: BackOff) {
        replicas = Array(repeating: Replica(pause: pause), count: count)
    }

    /// The replica to ask at `now`; `nil` where the database itself is to be asked. ``finished(_:at:failed:)`` or
    /// ``gaveUp(_:)`` is to follow.
    mutating func take(at now: ContinuousClock.Instant) -> Int? {
        let order = replicas.indices.map { ($0 + turn) % replicas.count }
        let usable = order.filter { isUsable($0, at: now) }
        guard let next = usable.min(by: { replicas[$0].loadCount < replicas[$1].loadCount }) else { return nil }
        turn = (next + 1) % replicas.count
        replicas[next].loadCount += 1
        return next
    }

    mutating func finished(_ index: Int, at now: ContinuousClock.Instant, failed: Bool) {
        replicas[index].loadCount -= 1
        if failed {
            replicas[index].statistics.failedCount += 1
            _ = replicas[index].pause.attemptFailed(at: now, jitter: 0)
        } else {
            replicas[index].statistics.answeredCount += 1
            replicas[index].pause.attemptSucceeded()
        }
    }

    /// Nobody waits any more for what a replica was asked.
    mutating func gaveUp(_ index: Int) {
        replicas[index].loadCount -= 1
    }

    func isUsable(_ index: Int, at now: ContinuousClock.Instant) -> Bool {
        replicas[index].pause.remainingPause(at: now) == nil
    }

    func statistics(at now: ContinuousClock.Instant) -> [ReplicaStatistics] {
        replicas.indices.map { index in
            var statistics = replicas[index].statistics
            statistics.isInUse = isUsable(index, at: now)
            return statistics
        }
    }
}

/// How a read replica does.
package struct ReplicaStatistics: Sendable, Equatable {
    /// Whether it is asked at present.
    package internal(set) var isInUse = false
    /// Look-ups that it answered, since the start.
    package internal(set) var answeredCount = 0
    /// Look-ups that had to be made elsewhere, since it failed.
    package internal(set) var failedCount = 0
}
