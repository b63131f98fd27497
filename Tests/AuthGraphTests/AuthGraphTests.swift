import EventTestSupport
import MatrixEvents
import Synchronization
import Testing

@testable import AuthGraph

struct AuthGraphTests {
    @Test
    func `what was loaded once is in memory`() async throws {
        let room = try TestRoom.furnished(.v11)
        let store = CountingStore()
        _ = try await store.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        let graph = AuthGraph(store: store)
        #expect(graph.event(room.create.id, in: room.id) == nil)
        let loaded = try await graph.load(room.events.map(\.id))
        #expect(loaded.count == room.events.count)
        #expect(store.queryCount == 1)
        #expect(room.events.allSatisfy { graph.event($0.id, in: room.id)?.event.id == $0.id })
        #expect(room.events.allSatisfy { graph.event($0.id, in: nil) != nil })
    }

    @Test
    func `what was saved is in memory, with its outcome`() async throws {
        let create = try TestRoom(version: .v12).create
        let graph = AuthGraph(store: CountingStore())
        #expect(try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .rejected)]) == [true])
        #expect(graph.event(create.id, in: nil)?.outcome == .rejected)
        #expect(try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)]) == [false])
        #expect(graph.event(create.id, in: nil)?.outcome == .rejected)
    }

    @Test
    func `ids that are not stored are absent`() async throws {
        let graph = AuthGraph(store: CountingStore())
        #expect(try await graph.load([EventID("$nobody")]).isEmpty)
    }

    @Test
    func `whether an event is rejected is read again after a while`() async throws {
        let create = try TestRoom(version: .v12).create
        let clock = TestClock()
        let graph = AuthGraph(store: CountingStore(), flagLifetime: .seconds(5), now: { clock.now })
        _ = try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)])
        clock.advance(by: .milliseconds(4_999))
        #expect(graph.event(create.id, in: nil) != nil)
        clock.advance(by: .milliseconds(1))
        #expect(graph.event(create.id, in: nil) == nil)
        _ = try await graph.load([create.id])
        #expect(graph.event(create.id, in: nil) != nil)
    }

    @Test
    func `in room versions 1 and 2 an id names an event of its room alone`() async throws {
        let rooms = try ["one", "two"].map { try TestRoom.furnished(.v1, id: $0) }
        let events = try rooms.map { room in
            var template = try room.template("m.room.topic", by: .alice, stateKey: "")
            template.opaqueID = "$same:a"
            return try template.event()
        }
        let store = CountingStore()
        let graph = AuthGraph(store: store)
        _ = try await graph.save(events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        let id = EventID("$same:a")
        #expect(graph.event(id, in: rooms[0].id)?.event.roomID == rooms[0].id)
        #expect(graph.event(id, in: rooms[1].id)?.event.roomID == rooms[1].id)
        #expect(graph.event(id, in: nil) == nil)
        #expect(graph.event(id, in: "!three:a") == nil)
        #expect(try await graph.load([id])[id]?.count == 2)
    }

    @Test
    func `a stored event that is not the one it is stored as is corrupt`() async throws {
        let room = try TestRoom.furnished(.v11)
        let (create, other) = (room.create, room.events[1])
        let rows: [StoredEvent] = [
            row(create, pdu: other.pdu),
            row(create, pdu: Array("{".utf8)),
            row(create, pdu: Array("{}".utf8)),
            row(create, roomID: "!other:a"),
            row(create, roomVersion: .v12),
        ]
        for row in rows {
            let store = CountingStore()
            store.rows = [row]
            let graph = AuthGraph(store: store)
            let error = await #expect(throws: AuthGraphError.self) { try await graph.load([create.id]) }
            guard case .corrupt(let ids, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(ids == [create.id])
        }
    }

    @Test
    func `a store that is away is an error, and nothing is remembered of it`() async throws {
        let create = try TestRoom(version: .v12).create
        let store = CountingStore()
        store.failure = .unavailable("away")
        let graph = AuthGraph(store: store)
        await #expect(throws: AuthGraphError.store(.unavailable("away"))) { try await graph.load([create.id]) }
        await #expect(throws: AuthGraphError.store(.unavailable("away"))) {
            try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)])
        }
        store.failure = nil
        #expect(graph.event(create.id, in: nil) == nil)
        #expect(graph.cacheSize == (count: 0, byteCount: 0))
    }

    private func row(
        _ event: Event,
        roomID: RoomID? = nil,
        roomVersion: RoomVersion = .v11,
        pdu: [UInt8]? = nil
    ) -> StoredEvent {
        StoredEvent(
            id: event.id,
            roomID: roomID ?? event.roomID,
            roomVersion: roomVersion,
            pdu: pdu ?? event.pdu,
            outcome: .allowed
        )
    }
}

/// A clock that stands still until it is told to go on.
final class TestClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) {
        instant.withLock { $0 += duration }
    }
}

/// A store in memory that counts queries, and fails where a test wants it to.
final class CountingStore: EventStore {
    private struct State {
        var queryCount = 0
        var failure: EventStoreError?
        var rows: [StoredEvent]?
    }

    private let events = MemoryEventStore()
    private let state = Mutex(State())

    var queryCount: Int { state.withLock(\.queryCount) }

    var failure: EventStoreError? {
        get { state.withLock(\.failure) }
        set { state.withLock { $0.failure = newValue } }
    }

    /// What every query answers, in place of what was saved.
    var rows: [StoredEvent]? {
        get { state.withLock(\.rows) }
        set { state.withLock { $0.rows = newValue } }
    }

    func load(
        _ ids: [EventID],
        outcomesOf known: [EventID]
    ) async throws(EventStoreError) -> LoadedRows {
        state.withLock { $0.queryCount += 1 }
        if let failure { throw failure }
        if let rows { return LoadedRows(events: rows) }
        return try await events.load(ids, outcomesOf: known)
    }

    func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        if let failure { throw failure }
        try await events.streamChain(from: ids, in: roomID, receive)
    }

    func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        if let failure { throw failure }
        try await events.stream(ids, in: roomID, receive)
    }

    func save(_ newEvents: [NewEvent]) async throws(EventStoreError) -> [Bool] {
        if let failure { throw failure }
        return try await events.save(newEvents)
    }

    func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError) {
        if let failure { throw failure }
        try await events.saveChainVerdicts(verdicts, in: roomID)
    }

    func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async {
        await events.watchOutcomes(report)
    }
}
