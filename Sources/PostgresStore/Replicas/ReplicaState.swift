/// What is known of each read replica, and which to ask next. Pure: its owner asks.
struct ReplicaState: Sendable {
    private struct Replica {
        /// Everything that the database had at this moment is there.
        var isCurrentAt: ContinuousClock.Instant?
        var loadCount = 0
        var pause: BackOff
        var statistics = ReplicaStatistics()
    }

    private var history: PositionHistory
    private var replicas: [Replica]
    /// When something changed that everybody is to know of at once.
    private var lastChange: ContinuousClock.Instant?
    /// Where the search for the least busy begins, so that equals take turns.
    private var turn = 0
    private let longestLag: Duration

    init(count: Int, longestLag: Duration, pause: BackOff, historyCapacity: Int) {
        history = PositionHistory(capacity: historyCapacity)
        replicas = Array(repeating: Replica(pause: pause), count: count)
        self.longestLag = longestLag
    }

    /// The replica to ask at `now`, and since when what it says may have changed; `nil` where the database itself is to be
    /// asked. ``finished(_:at:failed:)`` or ``gaveUp(_:)``
    /// is to follow.
    mutating func take(at now: ContinuousClock.Instant) -> (replica: Int, asOf: ContinuousClock.Instant)? {
        let order = replicas.indices.map { ($0 + turn) % replicas.count }
        let fit = order.compactMap { index in usable(index, at: now).map { (index, $0) } }
        guard let next = fit.min(by: { replicas[$0.0].loadCount < replicas[$1.0].loadCount }) else { return nil }
        turn = (next.0 + 1) % replicas.count
        replicas[next.0].loadCount += 1
        return next
    }

    mutating func finished(_ index: Int, at now: ContinuousClock.Instant, failed: Bool) {
        replicas[index].loadCount -= 1
        if failed {
            replicas[index].statistics.failedCount += 1
            // It may come back with less than it had.
            replicas[index].isCurrentAt = nil
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

    /// Where the database was at `instant` or later.
    mutating func databaseIs(at position: LogPosition, _ instant: ContinuousClock.Instant) {
        history.add(position, at: instant)
    }

    /// Where a replica is now; `nil` where it does not say.
    mutating func replicaIs(_ index: Int, at position: LogPosition?) {
        replicas[index].isCurrentAt = position.flatMap { history.lastMoment(within: $0) }
    }

    /// Something changed before `now`: a replica that may not have it yet is not asked.
    mutating func changed(at now: ContinuousClock.Instant) {
        lastChange = now
    }

    func isUsable(_ index: Int, at now: ContinuousClock.Instant) -> Bool { usable(index, at: now) != nil }

    func statistics(at now: ContinuousClock.Instant) -> [ReplicaStatistics] {
        replicas.indices.map { index in
            var statistics = replicas[index].statistics
            statistics.isInUse = isUsable(index, at: now)
            statistics.lag = replicas[index].isCurrentAt?.duration(to: now)
            return statistics
        }
    }

    private func usable(_ index: Int, at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let replica = replicas[index]
        guard let instant = replica.isCurrentAt, instant.duration(to: now) < longestLag,
            lastChange.map({ $0 < instant }) ?? true, replica.pause.remainingPause(at: now) == nil
        else { return nil }
        return instant
    }
}

/// How a read replica does.
package struct ReplicaStatistics: Sendable, Equatable {
    /// Whether it is asked at present.
    package internal(set) var isInUse = false
    /// How far behind the database it may be; `nil` where that is not known.
    package internal(set) var lag: Duration?
    /// Look-ups that it answered, since the start.
    package internal(set) var answeredCount = 0
    /// Look-ups that had to be made elsewhere, since it failed.
    package internal(set) var failedCount = 0
}
