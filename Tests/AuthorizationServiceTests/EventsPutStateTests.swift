import AuthGraph
import EventTestSupport
import MatrixEvents
import Testing

/// `state_of` in `events.put`: the current state of a room, kept for those who ask about it.
struct EventsPutStateTests {
    @Test(arguments: RoomVersion.allCases)
    func `a state of events that are sent along or stored is kept in place of the one before`(
        version: RoomVersion
    ) async throws {
        var room = try TestRoom.furnished(version)
        let service = TestedService()
        try await service.put(room.events, of: version, state: room)
        #expect(try await service.state(of: room) == Set(room.state.values.map(\.id)))
        let join = try room.join(.bob)
        try await service.put([join], of: version, state: room)
        #expect(try await service.state(of: room) == Set(room.state.values.map(\.id)))
    }

    @Test
    func `a state is kept also where no event is put`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        try await service.put([], of: .v11, state: room)
        #expect(try await service.state(of: room) == Set(room.state.values.map(\.id)))
    }

    @Test
    func `a state of events that nobody has is missing them, and nothing is stored`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService()
        let reply = try await service.call(
            "events.put",
            [
                "room_version": "11", "events": .events([room.create]),
                "state_of": .state([room.create.id, EventID("$nowhere")], of: room.id.description),
            ]
        )
        #expect(try reply.error().missing == ["$nowhere"])
        #expect(service.store.saveCount == 0)
        #expect(try await service.state(of: room) == nil)
    }

    @Test
    func `what is no state of the room is refused`() async throws {
        var room = try TestRoom.furnished(.v11)
        let message = try room.send("m.room.message", by: .alice)
        let name = try room.setMembership("join", of: .alice, content: ["displayname": "Alice"])
        let other = try TestRoom.furnished(.v11, id: "other")
        let service = try await TestedService.storing(room, other)
        let state = room.state.values.map(\.id)
        let first = try #require(room.events.first { $0.stateKeyPair == name.stateKeyPair })
        let refused: [[EventID]] = [
            state + [message.id], state + [first.id], state + [other.create.id], [], [name.id],
        ]
        for ids in refused {
            let reply = try await service.call(
                "events.put",
                ["room_version": "11", "events": [], "state_of": .state(ids, of: room.id.description)]
            )
            #expect(try reply.error().path?.hasPrefix("/state_of/event_ids") == true, "\(reply.text)")
        }
        let nowhere = try await service.call(
            "events.put",
            ["room_version": "11", "events": [], "state_of": .state(state, of: "nowhere")]
        )
        #expect(try nowhere.error().path == "/state_of/room_id")
        #expect(try await service.state(of: room) == nil)
    }
}

extension TestedService {
    fileprivate func put(_ events: [Event], of version: RoomVersion, state room: TestRoom) async throws {
        let reply = try await call(
            "events.put",
            [
                "room_version": .string(version.rawValue), "events": .events(events),
                "state_of": .state(room.state.values.map(\.id), of: room.id.description),
            ]
        )
        _ = try reply.result()
    }

    fileprivate func state(of room: TestRoom) async throws -> Set<EventID>? {
        try await store.events.currentState(of: room.id).map { Set($0) }
    }
}

extension TestJSON {
    fileprivate static func state(_ ids: [EventID], of room: String) -> TestJSON {
        ["room_id": .string(room), "event_ids": .array(ids.map { .string($0.description) })]
    }
}
