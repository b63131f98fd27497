import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import JSONRPC

/// `room.replay`: what differs from what is stored.
struct RoomReplayTests {
    @Test(arguments: RoomVersion.allCases)
    func `of a room that keeps to the rules there is nothing to tell`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let result = try await service.call("room.replay", ["room_id": .string(room.id.description)]).result()
        #expect(result["replayed"]?.number?.int64 == Int64(room.events.count))
        #expect(result["room_version"]?.text?.string == version.rawValue)
        #expect(result["findings"]?.array?.count == 0)
        #expect(result["first_denied"]?.isNull == true)
        #expect(result["cursor"]?.isNull == true)
        #expect(result["state_events"]?.isNull == true)
        #expect(result["state_unexamined"]?.number?.int64 == 0)
    }

    @Test
    func `a flag that somebody flipped is told of with the rule and its number`() async throws {
        var room = try TestRoom.furnished(.v11)
        let refused = try room.event("m.room.message", by: .bob)
        room.add(refused)
        let service = try await TestedService.storing(room)
        service.store.events.keep([row(refused, isRejected: false)])
        let result = try await service.call("room.replay", ["room_id": .string(room.id.description)]).result()
        let finding = try #require(result.objects("findings")?.first)
        #expect(finding.string("finding") == "accepted_but_denied")
        #expect(finding.string("event_id") == refused.id.description)
        #expect(finding.string("rule") == "sender.not_joined")
        #expect(finding["spec"]?.object?.string("number") == "5")
        #expect(result["counts"]?.object?["accepted_but_denied"]?.number?.int64 == 1)
        let first = try #require(result["first_denied"]?.object)
        #expect(first.string("event_id") == refused.id.description)
        #expect(first.string("stored_as") == "accepted")
    }

    @Test
    func `pages come one after the other, and the last one tells of the room as a whole`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        let service = try await TestedService.storing(room)
        let state = room.state.values.map(\.id)
        try await service.store.events.saveState(state + [EventID("$nowhere")], of: room.id)
        var params: TestJSON = ["room_id": .string(room.id.description), "limit": 2]
        var replayed = 0
        var findings: [String] = []
        while true {
            let result = try await service.call("room.replay", params).result()
            replayed += Int(result["replayed"]?.number?.int64 ?? 0)
            findings += result.objects("findings")?.compactMap { $0.string("finding") } ?? []
            guard let cursor = result["cursor"]?.text else {
                #expect(result["state_events"]?.number?.int64 == Int64(state.count + 1))
                break
            }
            #expect(result["replayed"]?.number?.int64 == 2)
            params = params.setting("cursor", to: .string(cursor.string))
        }
        #expect(replayed == room.events.count)
        #expect(findings == ["state_missing"])
    }

    @Test
    func `a cursor of a room that has changed, or of no room, is refused`() async throws {
        var room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params: TestJSON = ["room_id": .string(room.id.description), "limit": 2]
        let cursor = try #require(try await service.call("room.replay", params).result()["cursor"]?.text?.string)
        let join = try room.join(.bob)
        try await service.put([join], of: .v11)
        // What is in memory is still the room as it was; another process reads it anew.
        let other = TestedService(store: service.store)
        for cursor in [cursor, "nonsense"] {
            let reply = try await other.call("room.replay", params.setting("cursor", to: .string(cursor)))
            #expect(try reply.error().path == "/cursor")
        }
    }

    @Test
    func `what comes before an event is decided, and not told of`() async throws {
        var room = try TestRoom.furnished(.v11)
        let join = try room.join(.bob)
        let service = try await TestedService.storing(room)
        let result = try await service.call(
            "room.replay",
            ["room_id": .string(room.id.description), "from": .id(join)]
        ).result()
        #expect(result["replayed"]?.number?.int64 == 1)
        let missing = try await service.call(
            "room.replay",
            ["room_id": .string(room.id.description), "from": "$nowhere"]
        )
        #expect(try missing.error().reason == "events_missing")
    }

    @Test(arguments: ["nonsense", "!nowhere:a.example"])
    func `a room of which nothing is stored is a mistake`(room: String) async throws {
        let reply = try await TestedService().call("room.replay", ["room_id": .string(room)])
        #expect(try reply.error().path == "/room_id")
    }

    @Test
    func `every finding is declared`() throws {
        let method = try #require(TestedService().methods.first { $0.name.description == "room.replay" })
        for kind in ReplayFinding.Kind.allCases {
            let result: TestJSON = [
                "room_id": "!a:b", "room_version": "11", "replayed": 1, "first_denied": .raw("null"),
                "findings": [["finding": .string(kind.rawValue), "event_id": "$a", "reason": "b"]], "counts": [:],
                "state_events": 1, "state_unexamined": 0, "progress": ["done": 1, "total": 1], "cursor": .raw("null"),
            ]
            let value = try JSONDocument(parsing: result.bytes).root
            #expect(throws: Never.self) { try method.result.check(value, at: JSONPointer()) }
        }
    }

    private func row(_ event: Event, isRejected: Bool) -> StoredEvent {
        StoredEvent(
            id: event.id,
            roomID: event.roomID,
            roomVersion: event.roomVersion,
            pdu: Array(event.json.value.source),
            outcome: StoredOutcome(verdict: isRejected ? .deny : .allow, rule: "test", isRejected: isRejected)
        )
    }
}
