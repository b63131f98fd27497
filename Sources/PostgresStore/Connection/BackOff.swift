/// The pauses between attempts to connect: each twice as long as the one before, up to a longest.
package struct BackOff: Sendable {
    private let first: Duration
    private let longest: Duration
    private var failures = 0
    private var nextAttempt: ContinuousClock.Instant?

    package init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// How long to wait yet before the next attempt; nil when it may be made at `now`.
    func remainingPause(at now: ContinuousClock.Instant) -> Duration? {
        guard let nextAttempt, now < nextAttempt else { return nil }
        return now.duration(to: nextAttempt)
    }

    /// Notes an attempt that failed, and returns the pause that follows.
    ///
    /// `jitter`, from 0 to 1, takes away up to half of the pause, so that servers that lost the database together do not come
    /// back to it together.
    mutating func attemptFailed(at now: ContinuousClock.Instant, jitter: Double) -> Duration {
        // 2^16 times any first pause is past any longest; the bound only keeps the shift from overflowing.
        let doubled = first * (1 << min(failures, 16))
        let pause = min(doubled, longest) * (1 - jitter / 2)
        failures += 1
        nextAttempt = now + pause
        return pause
    }

    mutating func attemptSucceeded() {
        failures = 0
        nextAttempt = nil
    }
}
