import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct EventImportTests {
    @Test(arguments: RoomVersion.allCases, [1, 2, 1_000])
    func `events are stored in whatever order and chunks they come`(version: RoomVersion, chunk: Int) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.send("m.room.message", by: .bob)
        for events in [room.events, room.events.reversed(), room.events.shuffled()] {
            let store = ScriptedStore()
            let outcome = try await run(events.map { try line($0) }, by: chunk, into: store)
            #expect(outcome.summary.stored == room.events.count)
            #expect(outcome.summary.denied == 0)
            #expect(outcome.refused.isEmpty)
            #expect(try await store.load(room.events.map(\.id)).count == room.events.count)
        }
    }

    @Test
    func `an import that was broken off goes on when it is run again`() async throws {
        let room = try TestRoom.furnished(.v11)
        let lines = try room.events.map { try line($0) }
        let store = ScriptedStore()
        let first = try await run(lines.suffix(2), into: store)
        #expect(first.summary.stored == 0)
        let half = try await run(lines.prefix(2), into: store)
        #expect(half.summary.stored == 2)
        let whole = try await run(lines, into: store)
        #expect(whole.summary.stored == 2)
        #expect(whole.summary.known == 2)
        let again = try await run(lines + lines, into: store)
        #expect(again.summary.stored == 0)
        #expect(again.summary.known == 8)
        #expect(again.refused.isEmpty)
    }

    @Test
    func `a line that stands twice is stored once`() async throws {
        let room = try TestRoom.furnished(.v11)
        let lines = try room.events.map { try line($0) }
        let outcome = try await run(lines + lines, into: ScriptedStore())
        #expect(outcome.summary.stored == 4)
        #expect(outcome.summary.known == 4)
    }

    @Test
    func `an event that its auth events deny is stored as rejected, and so is what cites it`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.setJoinRule("invite")
        try room.join(.bob)
        try room.send("m.room.message", by: .bob)
        let store = ScriptedStore()
        let outcome = try await run(try room.events.map { try line($0) }, into: store)
        #expect(outcome.summary.stored == room.events.count)
        #expect(outcome.summary.denied == 2)
        let rules = try await store.load(room.events.suffix(2).map(\.id)).map(\.outcome.rule)
        #expect(Set(rules) == ["member.join.forbidden", "auth_events.rejected"])
    }

    @Test
    func `what a homeserver rejected counts as rejected, whatever its auth events say`() async throws {
        var room = try TestRoom.furnished(.v11)
        let join = try room.join(.bob)
        let message = try room.send("m.room.message", by: .bob)
        let store = ScriptedStore()
        let lines = try room.events.map { try line($0, rejected: $0.id == join.id) }
        let outcome = try await run(lines, into: store)
        #expect(outcome.summary.denied == 1)
        #expect(outcome.summary.disagreements.map(\.event) == [join.id, message.id].map(\.description))
        #expect(outcome.summary.disagreements.map(\.rule) == ["member.join.public", "auth_events.rejected"])
        let stored = try #require(try await store.load([join.id]).first)
        #expect(stored.outcome.verdict == .allow)
        #expect(stored.outcome.isRejected)
    }

    @Test
    func `what is never decided is refused, with what it lacks`() async throws {
        var room = try TestRoom.furnished(.v11)
        let rules = try #require(room[.joinRules])
        let join = try room.join(.bob)
        let message = try room.send("m.room.message", by: .bob)
        let lines = try room.events.filter { $0.id != rules.id }.map { try line($0) }
        let outcome = try await run(lines, into: ScriptedStore())
        #expect(outcome.summary.stored == 3)
        #expect(
            outcome.refused == [
                join.id: "it needs \(rules.id), which is neither in the import nor stored",
                message.id: "it needs \(join.id), which was refused",
            ]
        )
    }

    @Test(arguments: [RoomVersion.v1, .draft2014])
    func `events that cite each other in a circle are refused`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let join = try room.join(.bob)
        let later = try room.membership("join", of: .bob)
        var template = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        template.opaqueID = join.id.description
        template.authEvents = [room.create, later]
        let events = room.events.filter { $0.id != join.id } + [later, try template.event()]
        let outcome = try await run(try events.map { try line($0) }, into: ScriptedStore())
        #expect(outcome.summary.stored == 4)
        #expect(Set(outcome.refused.keys) == [join.id, later.id])
    }

    @Test
    func `another event under a stored id is refused`() async throws {
        let room = try TestRoom.furnished(.v1)
        let store = ScriptedStore()
        _ = try await run(try room.events.map { try line($0) }, into: store)
        var template = try room.template(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "invite"])
        template.opaqueID = room[.joinRules]?.id.description
        let outcome = try await run([try line(try template.event())], into: store)
        #expect(outcome.refused.values.allSatisfy { $0.contains("another event is stored under the id") })
        #expect(outcome.refused.count == 1)
    }

    @Test
    func `a line whose room version is not its room's is refused`() async throws {
        let room = try TestRoom.furnished(.v10)
        let store = ScriptedStore()
        let lines = try room.events.map { try line($0, roomVersion: "9") }
        let outcome = try await run(lines, into: store)
        #expect(outcome.summary.stored == 0)
        #expect(outcome.refused.count == 4)
        #expect(outcome.refused[room.create.id]?.contains("\"10\"") == true)
    }

    @Test
    func `a store that is away ends the import`() async throws {
        let room = try TestRoom.furnished(.v11)
        let store = ScriptedStore()
        store.mood = .failing(.unavailable("away"))
        await #expect(throws: AuthGraphError.store(.unavailable("away"))) {
            try await run(try room.events.map { try line($0) }, into: store)
        }
    }

    private func line(
        _ event: Event,
        rejected: Bool? = nil,
        roomVersion: String? = nil
    ) throws -> ImportedEvent {
        let line: TestJSON = [
            "room_version": .string(roomVersion ?? event.roomVersion.rawValue), "event": .event(event),
            "rejected": rejected.map { .raw("\($0)") } ?? nil,
        ]
        return try ImportedEvent(line: line.bytes)
    }

    private func run(
        _ events: some Sequence<ImportedEvent>,
        by chunkSize: Int = 1_000,
        into store: ScriptedStore
    ) async throws -> (summary: EventImport.Summary, refused: [EventID: String]) {
        var importing = EventImport(into: AuthGraph(store: store))
        let events = Array(events)
        for start in stride(from: 0, to: events.count, by: chunkSize) {
            try await importing.add(Array(events[start..<min(start + chunkSize, events.count)]))
        }
        let refused = importing.finish().map { ($0.event.event.id, $0.refusal.description) }
        return (importing.summary, Dictionary(refused) { first, _ in first })
    }
}
