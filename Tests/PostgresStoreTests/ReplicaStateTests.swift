import Testing

@testable import PostgresStore

/// Which read replica is asked.
struct ReplicaStateTests {
    private let start = ContinuousClock.now
    private var state = ReplicaState(
        count: 2,
        longestLag: .seconds(2),
        pause: BackOff(first: .seconds(1), longest: .seconds(4)),
        historyCapacity: 3
    )

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private func position(_ offset: Int64, system: String = "1") -> LogPosition {
        LogPosition(system: system, offset: offset)
    }

    /// The database is at 10 at 0 s, and at 20 at 1 s; both replicas are there.
    private mutating func begin() {
        state.databaseIs(at: position(10), at(0))
        state.databaseIs(at: position(20), at(1_000))
        for index in 0...1 { state.replicaIs(index, at: position(20)) }
    }

    private mutating func taken(at milliseconds: Int) -> Int? { state.take(at: at(milliseconds))?.replica }

    @Test
    mutating func `none is asked before it is known how far it is`() {
        #expect(taken(at: 0) == nil)
        state.replicaIs(0, at: position(10))
        #expect(taken(at: 0) == nil)
        state.databaseIs(at: position(10), at(0))
        #expect(taken(at: 0) == nil)
        state.replicaIs(0, at: position(10))
        #expect(taken(at: 0) == 0)
    }

    @Test
    mutating func `what one says counts as read when the database was last where the replica is`() {
        begin()
        state.replicaIs(0, at: position(19))
        state.replicaIs(1, at: position(25))
        #expect(state.take(at: at(1_500))?.asOf == at(0))
        #expect(state.take(at: at(1_500))?.asOf == at(1_000))
    }

    @Test
    mutating func `one that is too far behind, or further than anybody remembers, is not asked`() {
        begin()
        state.replicaIs(0, at: position(10))
        #expect(taken(at: 1_999) == 0)
        #expect(taken(at: 2_000) == 1)
        state.replicaIs(1, at: position(9))
        #expect(taken(at: 2_000) == nil)
    }

    @Test
    mutating func `one that follows another server, or nobody, is not asked`() {
        begin()
        state.replicaIs(0, at: position(30, system: "2"))
        state.replicaIs(1, at: position(-1))
        #expect(taken(at: 1_100) == nil)
    }

    @Test
    mutating func `after a change none is asked before it has the change`() {
        begin()
        state.changed(at: at(1_000))
        #expect(taken(at: 1_100) == nil)
        state.databaseIs(at: position(30), at(1_200))
        state.replicaIs(0, at: position(29))
        #expect(taken(at: 1_300) == nil)
        state.replicaIs(0, at: position(30))
        #expect(taken(at: 1_300) == 0)
    }

    @Test
    mutating func `they take turns, and the one with less to do comes first`() {
        begin()
        #expect((0..<4).map { _ in taken(at: 1_100) } == [0, 1, 0, 1])
        for _ in 0..<2 { state.finished(1, at: at(1_100), failed: false) }
        #expect((0..<2).map { _ in taken(at: 1_100) } == [1, 1])
    }

    @Test
    mutating func `one that failed rests, each time longer, until it answers`() {
        begin()
        for pause in [1_000, 2_000] {
            _ = state.take(at: at(1_100))
            state.finished(0, at: at(1_100), failed: true)
            #expect(!state.isUsable(0, at: at(1_100)))
            // The replica says where it is, and still has to rest.
            state.databaseIs(at: position(30), at(1_100 + pause))
            state.replicaIs(0, at: position(30))
            #expect(!state.isUsable(0, at: at(1_099 + pause)))
            #expect(state.isUsable(0, at: at(1_100 + pause)))
        }
        state.finished(0, at: at(4_000), failed: false)
        state.finished(0, at: at(4_000), failed: true)
        state.databaseIs(at: position(40), at(5_000))
        state.replicaIs(0, at: position(40))
        #expect(state.isUsable(0, at: at(5_000)))
    }

    @Test
    mutating func `what replicas did is counted`() {
        begin()
        for failed in [true, false, false] {
            _ = state.take(at: at(1_100))
            state.finished(0, at: at(1_100), failed: failed)
        }
        let (first, second) = (state.statistics(at: at(1_500))[0], state.statistics(at: at(1_500))[1])
        #expect(first.failedCount == 1 && first.answeredCount == 2 && !first.isInUse && first.lag == nil)
        #expect(second.failedCount == 0 && second.answeredCount == 0 && second.isInUse)
        #expect(second.lag == .milliseconds(500))
    }
}
