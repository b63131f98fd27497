import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Requests to `join.accept` that get no decision.
struct JoinAcceptRequestTests {
    @Test(arguments: RoomVersion.allCases)
    func `only joins and knocks of their own sender are accepted`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        let service = try await TestedService.storing(room)
        let others = [
            try room.membership("leave", of: .bob), try room.membership("invite", of: .bob, by: .alice),
            try room.membership("join", of: .carol, by: .bob), try room.event("m.room.message", by: .bob),
            try room.event("m.room.topic", by: .bob, stateKey: "@bob:b", content: ["membership": "join"]), room.create,
        ]
        for event in others {
            let error = try await service.accept(event, to: room, ["room_version": "\(version)"]).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == "/event")
        }
    }

    @Test
    func `what is no state of the room is the caller's mistake`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.send("m.room.message", by: .alice)
        let topic = try room.send("m.room.topic", by: .alice, stateKey: "")
        try room.send("m.room.topic", by: .alice, stateKey: "")
        let other = try TestRoom.furnished(.v11, id: "other")
        let service = try await TestedService.storing(room, other)
        let join = try room.membership("join", of: .bob)
        for stranger in [other.create, room.events[4], topic, room.create] {
            let state = room.stateEvents + [stranger]
            let error = try await service.accept(join, to: room, ["state": .ids(state)]).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == "/state/5")
        }
        let absent = try await service.accept(join, to: room, ["state": ["$nobody"]]).error()
        #expect(absent.missing == ["$nobody"])
    }

    @Test
    func `a chain with a hole in it is given to nobody`() async throws {
        let room = try TestRoom.long(.v11)
        let join = try room.membership("join", of: .carol)
        let state = room.stateEvents
        let cited = Set(join.authEvents)
        let gone = try #require(
            room.events.first { event in !cited.contains(event.id) && !state.contains { $0.id == event.id } }
        )
        let service = TestedService()
        try await service.store.save(room.events.filter { $0.id != gone.id })
        #expect(try await service.accept(join, to: room).error().missing == [gone.id.description])
    }

    @Test
    func `a room that is larger than a reply may be is refused`() async throws {
        var room = try TestRoom.furnished(.v11)
        for number in 0..<17 { try room.send("org.example.state", by: .alice, stateKey: "\(number)") }
        let service = TestedService()
        let space = [UInt8](repeating: 0x20, count: 4 << 20)
        let outcome = StoredOutcome(verdict: .allow, rule: "test", isRejected: false)
        for event in room.events {
            let pdu = event.type == "org.example.state" ? event.pdu + space : event.pdu
            _ = try await service.store.save([NewEvent(event, pdu: pdu, outcome: outcome)])
        }
        let error = try await service.accept(try room.membership("join", of: .bob), to: room).error()
        #expect(error.reason == "too_large")
        #expect(error.data?.string("unit") == "bytes")
    }

    @Test
    func `events that cite each other in a circle are told`() async throws {
        let room = try TestRoom.circular()
        let params: TestJSON = ["events": .events(room.events), "room_version": "1"]
        let error = try await TestedService().accept(try room.membership("join", of: .bob), to: room, params).error()
        #expect(error.reason == "graph_corrupt")
    }

    @Test
    func `without the room's version or its events there is no decision`() async throws {
        let room = try TestRoom.furnished(.v11)
        let join = try room.membership("join", of: .bob)
        let error = try await TestedService().accept(join, to: room).error()
        #expect(error.reason == "events_missing")
        let stated = try await TestedService().accept(join, to: room, ["room_version": "11"]).error()
        #expect(stated.missing?.isEmpty == false)
        let wrong = try await TestedService.storing(room).accept(join, to: room, ["room_version": "10"]).error()
        #expect(wrong.path == "/room_version")
    }

    @Test
    func `parameters by position are fine`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let keys = TestJSON.signingKeys(of: ["a", "b"])
        let params: TestJSON = [.event(join), .ids(room.stateEvents), nil, "11", keys]
        #expect(try await service.call("join.accept", params).result().pdus("state").count == 4)
        let wrong: TestJSON = [.event(room.create), .ids(room.stateEvents), nil, "11", keys]
        #expect(try await service.call("join.accept", wrong).error().path == "/0")
        let malformedKey: TestJSON = [.event(join), .ids(room.stateEvents), nil, "11", ["a": ["ed25519:1": "x"]]]
        #expect(try await service.call("join.accept", malformedKey).error().path == "/4/a/ed25519:1")
    }
}
