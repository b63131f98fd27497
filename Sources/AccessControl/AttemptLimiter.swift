/// Counts attempts that failed, by where they came from: after so many, one must wait. It knows no clock.
package struct AttemptLimiter: Sendable {
    private struct Record {
        /// Failures that are not forgiven yet.
        var failures: Double
        var updated: ContinuousClock.Instant
    }

    private let limit: Double
    private let forgiveness: Duration
    private let addressLimit: Int
    private var records: [String: Record] = [:]

    /// - Parameters:
    ///   - limit: failures in a row that an address may have.
    ///   - forgiveness: how long it takes for one of them to be forgiven.
    ///   - addressLimit: addresses that are remembered.
    package init(limit: Int = 10, forgiveness: Duration = .seconds(6), addressLimit: Int = 10_000) {
        self.limit = Double(limit)
        self.forgiveness = forgiveness
        self.addressLimit = addressLimit
    }

    /// How long `address` must wait before its next attempt; `nil` where it may be made at `now`.
    package func pause(of address: String, at now: ContinuousClock.Instant) -> Duration? {
        guard let record = records[address] else { return nil }
        let excess = failures(of: record, at: now) + 1 - limit
        return excess > 0 ? forgiveness * excess : nil
    }

    package mutating func attemptFailed(from address: String, at now: ContinuousClock.Instant) {
        if records[address] == nil, records.count >= addressLimit { makeRoom(at: now) }
        let earlier = records[address].map { failures(of: $0, at: now) } ?? 0
        records[address] = Record(failures: earlier + 1, updated: now)
    }

    private func failures(of record: Record, at now: ContinuousClock.Instant) -> Double {
        max(0, record.failures - record.updated.duration(to: now) / forgiveness)
    }

    /// Forgets those that are forgiven, or else everything: who makes so many addresses fail is not slowed down by this.
    private mutating func makeRoom(at now: ContinuousClock.Instant) {
        records = records.filter { failures(of: $0.value, at: now) > 0 }
        if records.count >= addressLimit { records = [:] }
    }
}
