import Testing

@testable import PostgresStore

/// Which read replica is asked.
struct ReplicaStateTests {
    private let start = ContinuousClock.now
    private var state = ReplicaState(count: 2, pause: BackOff(first: .seconds(1), longest: .seconds(4)))

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test
    mutating func `they take turns, and the one with less to do comes first`() {
        #expect((0..<4).map { _ in state.take(at: start) } == [0, 1, 0, 1])
        for _ in 0..<2 { state.finished(1, at: start, failed: false) }
        #expect((0..<2).map { _ in state.take(at: start) } == [1, 1])
    }

    @Test
    mutating func `one that failed rests, each time longer, until it answers`() {
        for pause in [1_000, 2_000] {
            _ = state.take(at: start)
            state.finished(0, at: start, failed: true)
            #expect(!state.isUsable(0, at: at(pause - 1)))
            #expect(state.isUsable(0, at: at(pause)))
        }
        state.finished(0, at: at(4_000), failed: false)
        state.finished(0, at: at(4_000), failed: true)
        #expect(state.isUsable(0, at: at(5_000)))
    }

    @Test
    mutating func `where all rest, or there are none, none is asked`() {
        for index in 0...1 { state.finished(index, at: start, failed: true) }
        #expect(state.take(at: at(500)) == nil)
        var nobody = ReplicaState(count: 0, pause: BackOff(first: .seconds(1), longest: .seconds(4)))
        #expect(nobody.take(at: start) == nil)
    }

    @Test
    mutating func `what replicas did is counted`() {
        for failed in [true, false, false, true] {
            _ = state.take(at: start)
            state.finished(0, at: start, failed: failed)
        }
        let (first, second) = (state.statistics(at: start)[0], state.statistics(at: start)[1])
        #expect(first.failedCount == 2 && first.answeredCount == 2 && !first.isInUse)
        #expect(second.failedCount == 0 && second.answeredCount == 0 && second.isInUse)
    }
}
