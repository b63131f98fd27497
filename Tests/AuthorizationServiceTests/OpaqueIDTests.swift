import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Room versions 1 and 2 and the draft, where senders choose the ids of their events.
struct OpaqueIDTests {
    private static let versions: [RoomVersion] = [.v1, .v2, .draft2014]

    /// Two rooms whose join rules have the same id, `public` in the first and `invite` in the second.
    private func collidingRooms(_ version: RoomVersion) throws -> (TestRoom, TestRoom) {
        func room(_ name: String, joinRule: TestJSON) throws -> TestRoom {
            var room = try TestRoom.furnished(version, id: name)
            var template = try room.template(.joinRules, by: .alice, stateKey: "", content: ["join_rule": joinRule])
            template.opaqueID = "$same:a"
            room.add(try template.event())
            return room
        }
        return (try room("one", joinRule: "public"), try room("two", joinRule: "invite"))
    }

    @Test(arguments: versions)
    func `of several events with one id that of the room decides`(version: RoomVersion) async throws {
        let (open, closed) = try collidingRooms(version)
        for service in [try await TestedService.storing(open, closed), try await TestedService.storing(closed, open)] {
            for (room, verdict) in [(open, "allow"), (closed, "deny"), (open, "allow")] {
                let join = try room.membership("join", of: .bob)
                let params: TestJSON = ["event": .event(join), "room_version": "\(version)"]
                let result = try await service.check(params).result()
                #expect(result.string("verdict") == verdict, "\(result.gist)")
            }
        }
    }

    @Test(arguments: versions)
    func `an event of another room that is brought along does not stand for the room's own`(
        version: RoomVersion
    ) async throws {
        let (open, closed) = try collidingRooms(version)
        let service = try await TestedService.storing(closed)
        let params: TestJSON = [
            "event": .event(try closed.membership("join", of: .bob)), "room_version": "\(version)",
            "events": [.event(try #require(open[.joinRules]))],
        ]
        #expect(try await service.check(params).result().string("verdict") == "deny")
    }

    @Test(arguments: versions)
    func `an event that only another room has is one of the wrong room`(version: RoomVersion) async throws {
        let (open, closed) = try collidingRooms(version)
        let join = try closed.membership("join", of: .bob)
        let service = TestedService()
        try await service.put(closed.events.filter { $0.id.description != "$same:a" }, of: version)
        try await service.put(open.events, of: version)
        let rule = try await service.check(["event": .event(join), "room_version": "\(version)"]).result().string(
            "rule"
        )
        #expect(rule == (version == .draft2014 ? "draft.protocol.wrong_room" : "auth_events.wrong_room"))
    }

    @Test(arguments: versions)
    func `an id that several rooms have does not say which event is to be decided`(version: RoomVersion) async throws {
        let (open, closed) = try collidingRooms(version)
        let service = try await TestedService.storing(open, closed)
        let error = try await service.check(["event_id": "$same:a"]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/event_id")
    }

    @Test(arguments: versions)
    func `an event that cites itself is no decision but a corrupt graph`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let join = try room.membership("join", of: .bob)
        let itself = try citing([join], in: room, as: join)
        let params: TestJSON = [
            "event": .event(itself), "room_version": "\(version)", "events": .events(room.events + [join]),
        ]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "graph_corrupt")
        #expect(error.code == -32_008)
        #expect(error.data?.strings("event_ids") == [join.id.description])
    }

    @Test(arguments: versions)
    func `two events that cite each other are no decision but a corrupt graph`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let join = try room.join(.bob)
        let later = try room.membership("join", of: .bob)
        let earlier = try citing([later], in: room, as: join)
        let params: TestJSON = [
            "event": .event(later), "room_version": "\(version)",
            "events": .events(room.events.filter { $0.id != join.id } + [earlier]),
        ]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "graph_corrupt")
        #expect(error.data?.strings("event_ids") == [join.id, later.id].map(\.description).sorted())
    }

    @Test(arguments: versions)
    func `events that cite each other in a circle are not stored`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let join = try room.join(.bob)
        let later = try room.membership("join", of: .bob)
        let earlier = try citing([later], in: room, as: join)
        let itself = try citing([join], in: room, as: join)
        let service = TestedService()
        for circle in [[later, earlier], [itself]] {
            let events = room.events.filter { $0.id != join.id } + circle
            let params: TestJSON = ["room_version": "\(version)", "events": .events(events)]
            let error = try await service.call("events.put", params).error()
            #expect(error.reason == "graph_corrupt")
            #expect(error.data?.strings("event_ids") == circle.map(\.id.description).sorted())
            #expect(service.store.saveCount == 0)
        }
    }

    @Test(arguments: versions)
    func `another event under an id that the room has is refused`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let rules = try #require(room[.joinRules])
        var template = try room.template(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "invite"])
        template.opaqueID = rules.id.description
        let params: TestJSON = ["room_version": "\(version)", "events": [.event(try template.event())]]
        let error = try await service.call("events.put", params).error()
        #expect(error.reason == "graph_corrupt")
        #expect(error.data?.strings("event_ids") == [rules.id.description])
        let stored = try await service.call("events.get", ["event_ids": [.id(rules)]]).result().objects("events")
        #expect(stored?.first?["content"]?.object?.string("join_rule") == "public")
    }

    /// `event` with further citations, under the same id.
    private func citing(_ more: [Event], in room: TestRoom, as event: Event) throws -> Event {
        var template = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        template.opaqueID = event.id.description
        template.authEvents = template.authEvents.filter { $0.id != event.id } + more
        return try template.event()
    }
}
