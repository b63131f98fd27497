import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

struct AuthGraphTests {
    @Test
    func `what was loaded once is in memory`() async throws {
        let room = try TestRoom.furnished(.v11)
        let store = CountingStore()
        _ = try await store.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        let graph = AuthGraph(store: store)
        let ids = room.events.map(\.id)
        #expect(graph.cited(ids, in: room.id).allSatisfy { $0 == nil })
        let loaded = try await graph.load(EventNeeds(cited: ids, in: room.id))
        #expect(loaded.count == room.events.count)
        #expect(store.queryCount == 1)
        #expect(graph.cited(ids, in: room.id).map { $0?.event.id } == ids)
        #expect(graph.cited(ids, in: "!other:a").allSatisfy { $0 == nil })
        #expect(ids.allSatisfy { graph.event($0, in: nil) == nil })
        _ = try await graph.load(EventNeeds(whole: ids, in: room.id))
        #expect(ids.map { graph.event($0, in: nil)?.id } == ids)
    }

    @Test
    func `what was saved is in memory, with its outcome`() async throws {
        let create = try TestRoom(version: .v12).create
        let graph = AuthGraph(store: CountingStore())
        #expect(try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .rejected)]) == [true])
        #expect(graph.isRejected(create) == true)
        #expect(try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)]) == [false])
        #expect(graph.isRejected(create) == true)
    }

    @Test
    func `ids that are not stored are absent`() async throws {
        let graph = AuthGraph(store: CountingStore())
        #expect(try await graph.load(EventNeeds(cited: [EventID("$nobody")])).isEmpty)
    }

    @Test
    func `whether an event is rejected is read again after a while`() async throws {
        let create = try TestRoom(version: .v12).create
        let clock = TestClock()
        let graph = AuthGraph(store: CountingStore(), now: { clock.now })
        _ = try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)])
        clock.advance(by: .milliseconds(4_980))
        #expect(graph.isRejected(create) == false)
        clock.advance(by: .milliseconds(20))
        #expect(graph.isRejected(create) == nil)
        _ = try await graph.load(EventNeeds(cited: [create.id], in: create.roomID))
        #expect(graph.isRejected(create) == false)
    }

    @Test
    func `what is out of date is read again without its content`() async throws {
        let room = try TestRoom.furnished(.v11)
        let clock = TestClock()
        let (graph, store) = try await graph(storing: room.events, now: { clock.now })
        let needs = EventNeeds(cited: room.events.map(\.id), in: room.id)
        _ = try await graph.load(needs)
        #expect(store.outcomeCount == 0)
        store.rejected = [room.events[1].id]
        graph.outcomesChanged(.of([room.events[1].id]))
        #expect(room.events.map { graph.isRejected($0) } == [false, nil, false, false])
        let loaded = try await graph.load(EventNeeds(cited: [room.events[1].id], in: room.id))
        #expect(loaded[room.events[1].id]?.first?.outcome.isRejected == true)
        #expect(store.outcomeCount == 1)
        #expect(room.events.map { graph.isRejected($0) } == [false, true, false, false])
        graph.outcomesChanged(.unseen)
        #expect(room.events.allSatisfy { graph.isRejected($0) == nil })
        clock.advance(by: .milliseconds(20))
        _ = try await graph.load(needs)
        #expect(store.outcomeCount == 5)
        #expect(room.events.map { graph.isRejected($0) } == [false, true, false, false])
    }

    @Test(arguments: [true, false])
    func `a change that comes while the store is read is not overlooked`(isNamed: Bool) async throws {
        let room = try TestRoom.furnished(.v11)
        let clock = TestClock()
        let (graph, store) = try await graph(storing: room.events, now: { clock.now })
        let changed = room.events[1]
        // The query has read its rows when the change is told.
        store.duringNextLoad { graph.outcomesChanged(isNamed ? .of([changed.id]) : .unseen) }
        _ = try await graph.load(EventNeeds(cited: room.events.map(\.id), in: room.id))
        #expect(graph.isRejected(changed) == nil)
        #expect((graph.isRejected(room.events[0]) == nil) == !isNamed)
        store.rejected = [changed.id]
        clock.advance(by: .milliseconds(20))
        _ = try await graph.load(EventNeeds(cited: room.events.map(\.id), in: room.id))
        #expect(graph.isRejected(changed) == true)
    }

    @Test
    func `an event that is not stored any more is forgotten`() async throws {
        let room = try TestRoom.furnished(.v11)
        let (graph, store) = try await graph(storing: room.events)
        let needs = EventNeeds(cited: room.events.map(\.id), in: room.id)
        _ = try await graph.load(needs)
        store.rows = []
        graph.outcomesChanged(.unseen)
        #expect(try await graph.load(needs).isEmpty)
        #expect(graph.statistics.eventCount == 0)
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
        for room in rooms { #expect(graph.cited([id], in: room.id).first??.event.roomID == room.id) }
        #expect(graph.cited([id], in: "!three:a").allSatisfy { $0 == nil })
        #expect(try await graph.load(EventNeeds(whole: [id]))[id]?.count == 2)
        for room in rooms { #expect(graph.event(id, in: room.id)?.roomID == room.id) }
        #expect(graph.event(id, in: nil) == nil)
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
            let error = await #expect(throws: AuthGraphError.self) {
                try await graph.load(EventNeeds(cited: [create.id]))
            }
            #expect(error.corruptIDs == [create.id])
        }
    }

    @Test
    func `a store that is away is an error, and nothing is remembered of it`() async throws {
        let create = try TestRoom(version: .v12).create
        let store = CountingStore()
        store.failure = .unavailable("away")
        let graph = AuthGraph(store: store)
        await #expect(throws: AuthGraphError.store(.unavailable("away"))) {
            try await graph.load(EventNeeds(cited: [create.id]))
        }
        await #expect(throws: AuthGraphError.store(.unavailable("away"))) {
            try await graph.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)])
        }
        store.failure = nil
        #expect(graph.isRejected(create) == nil)
        #expect(graph.statistics.eventCount == 0)
        #expect(graph.statistics.byteCount == 0)
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

extension AuthGraph {
    /// Whether memory says that `event` is rejected; `nil` where it does not say.
    func isRejected(_ event: Event) -> Bool? {
        cited([event.id], in: event.roomID).first?.map(\.isRejected)
    }
}
