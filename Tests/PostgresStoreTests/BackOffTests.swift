import Testing

@testable import PostgresStore

@Suite
struct BackOffTests {
    private let start = ContinuousClock.now
    private var backOff = BackOff(first: .seconds(1), longest: .seconds(5))

    @Test
    mutating func `each pause is twice as long as the one before, up to the longest`() {
        let pauses = (0..<5).map { _ in backOff.attemptFailed(at: start, jitter: 0) }
        #expect(pauses == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    }

    @Test
    mutating func `a thousand failures in a row do not overflow`() {
        for _ in 0..<1000 { _ = backOff.attemptFailed(at: start, jitter: 0) }
        #expect(backOff.attemptFailed(at: start, jitter: 0) == .seconds(5))
    }

    @Test
    mutating func `jitter takes away up to half of the pause`() {
        #expect(backOff.attemptFailed(at: start, jitter: 1) == .milliseconds(500))
    }

    @Test
    mutating func `an attempt may be made once the pause is over`() {
        _ = backOff.attemptFailed(at: start, jitter: 0)
        #expect(backOff.remainingPause(at: start + .milliseconds(400)) == .milliseconds(600))
        #expect(backOff.remainingPause(at: start + .seconds(1)) == nil)
    }

    @Test
    mutating func `success starts over with the first pause`() {
        _ = backOff.attemptFailed(at: start, jitter: 0)
        _ = backOff.attemptFailed(at: start, jitter: 0)
        backOff.attemptSucceeded()
        #expect(backOff.remainingPause(at: start) == nil)
        #expect(backOff.attemptFailed(at: start, jitter: 0) == .seconds(1))
    }
}
