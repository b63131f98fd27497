import AuthGraph
import CanonicalJSON
import MatrixEvents
import Testing

@testable import PostgresStore

/// The current state of rooms, all events of a room, and all rooms, in this service's own tables.
@Suite
struct RoomStateTests {
    @Test
    func `a state is kept in place of the one before, room by room`() async throws {
        let store = try await makeStore()
        let (room, other) = (try roomID("!room:a.example"), try roomID("!other:a.example"))
        #expect(try await store.currentState(of: room) == nil)
        try await store.saveState(["$a", "$b", "$null\u{0}"], of: room)
        try await store.saveState(["$c"], of: other)
        #expect(Set(try await store.currentState(of: room) ?? []) == ["$a", "$b", "$null\u{0}"])
        try await store.saveState(["$b", "$d", "$b"], of: room)
        #expect(Set(try await store.currentState(of: room) ?? []) == ["$b", "$d"])
        #expect(try await store.currentState(of: other) == ["$c"])
        await store.close()
    }

    @Test
    func `only what changes is written`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        let room = try roomID("!room:a.example")
        let state = (0..<1_000).map { EventID("$event\($0)") }
        try await store.saveState(state, of: room)
        let connection = makeConnection(database)
        let versions = "SELECT string_agg(xmin::text, ',' ORDER BY event_id) FROM room_state WHERE event_id <> '$new'"
        let before = try await connection.texts(versions)
        try await store.saveState(state + ["$new"], of: room)
        #expect(try await connection.texts(versions) == before)
        #expect(try await store.currentState(of: room)?.count == 1_001)
        await store.close()
    }

    @Test
    func `of two states that are told at once, one holds as a whole`() async throws {
        let store = try await makeStore()
        let room = try roomID("!room:a.example")
        let states = (0..<4).map { number in Set((0..<50).map { EventID("$state\(number)-\($0)") }) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for state in states { group.addTask { try await store.saveState(Array(state), of: room) } }
            try await group.waitForAll()
        }
        let kept = Set(try await store.currentState(of: room) ?? [])
        #expect(states.contains(kept))
        await store.close()
    }

    @Test
    func `a room's events are streamed, and nothing else, until the caller has enough`() async throws {
        let store = try await makeStore()
        let room = try roomID("!room:a.example")
        let ids = (0..<20).map { "$event\($0)" }
        _ = try await store.save(
            try ids.map { try makeEvent($0) } + [try makeEvent("$event0", room: "!other:a.example")]
        )
        let all = ReceivedEvents()
        try await store.streamRoom(room) { all.append($0) > 0 }
        #expect(Set(all.ids) == Set(ids.map { EventID($0) }))
        #expect(all.all.allSatisfy { $0.roomID == room })
        let some = ReceivedEvents()
        try await store.streamRoom(room) { some.append($0) < 3 }
        #expect(some.all.count == 3)
        await store.close()
    }

    @Test
    func `rooms are listed page by page, each once`() async throws {
        let store = try await makeStore()
        let names = (0..<7).map { "!room\($0):a.example" }
        for name in names {
            _ = try await store.save(try (0..<3).map { try makeEvent("$event\($0)", room: name) })
        }
        var listed: [RoomID] = []
        while true {
            let page = try await store.rooms(after: listed.last, limit: 3)
            #expect(page.allSatisfy { $0.unknownVersion == nil })
            listed += page.map(\.id)
            if page.count < 3 { break }
        }
        #expect(listed.map(\.description).sorted() == names)
        await store.close()
    }

    private func roomID(_ text: String) throws -> RoomID { try #require(RoomID(UTF8Text(text))) }
}
