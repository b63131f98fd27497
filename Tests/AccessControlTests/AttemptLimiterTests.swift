import AccessControl
import Testing

/// Attempts that fail, and how long one then waits.
@Suite struct AttemptLimiterTests {
    private let start = ContinuousClock.now

    @Test func `so many failures are free, and each is forgiven in time`() {
        var limiter = AttemptLimiter(limit: 3, forgiveness: .seconds(8))
        for _ in 0..<3 {
            #expect(limiter.pause(of: "a", at: start) == nil)
            limiter.attemptFailed(from: "a", at: start)
        }
        #expect(limiter.pause(of: "a", at: start) == .seconds(8))
        #expect(limiter.pause(of: "a", at: start + .seconds(4)) == .seconds(4))
        #expect(limiter.pause(of: "a", at: start + .seconds(8)) == nil)
        #expect(limiter.pause(of: "b", at: start) == nil)
    }

    @Test func `it remembers no more addresses than it may`() {
        var limiter = AttemptLimiter(limit: 1, forgiveness: .seconds(6), addressLimit: 2)
        for address in ["a", "b"] { limiter.attemptFailed(from: address, at: start) }
        #expect(limiter.pause(of: "a", at: start) != nil)
        // Those that are forgiven make room.
        limiter.attemptFailed(from: "c", at: start + .seconds(6))
        #expect(limiter.pause(of: "c", at: start + .seconds(6)) != nil)
        #expect(limiter.pause(of: "b", at: start + .seconds(6)) == nil)
    }
}
