import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check`: where the event comes from, and where the events come from that it is held against.
struct CheckReferenceTests {
    @Test(arguments: RoomVersion.allCases)
    func `an event is decided by the stored events that it cites`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let result = try await service.check(["event": .event(join), "room_version": "\(version)"]).result()
        let rule = version == .draft2014 ? "draft.member.join.public" : "member.join.public"
        #expect(result.gist == "allow \(rule) auth_events accept")
        #expect(result.string("event_id") == join.id.description)
        #expect(result.string("room_version") == version.rawValue)
        #expect(result["spec"]?.object?.string("version") == version.rawValue)
        #expect(result.strings("decided_by")?.contains(room[.joinRules]?.id.description ?? "") == true)
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event is decided by the events that are brought along`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let message = try room.event("m.room.message", by: .bob)
        let params: TestJSON = [
            "event": .event(message), "room_version": "\(version)", "events": .events(room.events),
        ]
        let service = TestedService()
        let result = try await service.check(params).result()
        let rule = version == .draft2014 ? "draft.other.not_joined" : "sender.not_joined"
        #expect(result.gist == "deny \(rule) auth_events reject")
        #expect(service.store.loads.isEmpty)
    }

    @Test
    func `a stored event is decided by its id`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let levels = try #require(room[.powerLevels])
        let result = try await service.check(["event_id": .id(levels)]).result()
        #expect(result.gist == "allow power_levels.first auth_events accept")
        #expect(result.string("event_id") == levels.id.description)
    }

    @Test(arguments: [[:], ["event": ["type": "m.room.message"], "event_id": "$id"]] as [TestJSON])
    func `either the event is given or its id`(params: TestJSON) async throws {
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/event")
    }

    @Test
    func `an event that is not stored has no verdict`() async throws {
        let error = try await TestedService().check(["event_id": "$nobody"]).error()
        #expect(error.reason == "events_missing")
        #expect(error.code == -32_001)
        #expect(error.missing == ["$nobody"])
        #expect(error.isRetryable == false)
    }

    @Test(arguments: RoomVersion.allCases)
    func `cited events that are neither sent nor stored are named, and there is no verdict`(
        version: RoomVersion
    ) async throws {
        let room = try TestRoom.furnished(version)
        let service = TestedService()
        try await service.put([room.create], of: version)
        let join = try room.membership("join", of: .bob)
        let error = try await service.check(["event": .event(join), "room_version": "\(version)"]).error()
        #expect(error.reason == "events_missing")
        let expected = join.authEvents.filter { $0 != room.create.id }.map(\.description)
        #expect(error.missing == expected)
    }

    @Test
    func `the caller may say what the event is to be decided by in place of what it cites`() async throws {
        var room = try TestRoom.furnished(.v10)
        let rules = try #require(room[.joinRules])
        let join = try room.membership("join", of: .bob)
        try room.setJoinRule("invite")
        let service = try await TestedService.storing(room)
        let claimed = [room.create, try #require(room[.powerLevels]), try #require(room[.joinRules])]
        let params: TestJSON = ["event": .event(join), "auth_events": .ids(claimed)]
        #expect(join.authEvents.contains(rules.id))
        #expect(try await service.check(params).result().string("rule") == "member.join.forbidden")
        #expect(try await service.check(["event": .event(join)]).result().string("rule") == "member.join.public")
    }

    @Test
    func `what is brought along stands in place of what is stored, for this request alone`() async throws {
        // An event without `event_id` in v1 cannot be; two with one id can.
        let room = try TestRoom.furnished(.v1)
        let service = try await TestedService.storing(room)
        var template = try room.template(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "invite"])
        template.opaqueID = room[.joinRules]?.id.description
        let brought = try template.event()
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = ["event": .event(join), "events": [.event(brought)]]
        #expect(try await service.check(params).result().string("rule") == "member.join.forbidden")
        #expect(try await service.check(["event": .event(join)]).result().string("rule") == "member.join.public")
    }

    @Test
    func `what the caller knows to be rejected counts as rejected, stored or brought along`() async throws {
        let room = try TestRoom.furnished(.v11)
        let join = try room.membership("join", of: .bob)
        let rejected = try #require(room[.joinRules])
        let params: TestJSON = ["event": .event(join), "room_version": "11", "rejected": [.id(rejected)]]
        for (service, params) in [
            (try await TestedService.storing(room), params),
            (TestedService(), params.setting("events", to: .events(room.events))),
        ] {
            let result = try await service.check(params).result()
            #expect(result.gist == "deny auth_events.rejected auth_events reject")
            #expect(result.strings("decided_by") == [rejected.id.description])
        }
    }

    @Test
    func `parameters may be given by position`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let result = try await service.check([.event(join), nil, "11"]).result()
        #expect(result.string("rule") == "member.join.public")
        let error = try await service.check([.event(join), nil, 11]).error()
        #expect(error.path == "/2")
    }

    @Test
    func `two events under one id cannot both be brought along`() async throws {
        let room = try TestRoom.furnished(.v2)
        var template = try room.template(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "invite"])
        template.opaqueID = room[.joinRules]?.id.description
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "room_version": "2",
            "events": .events(room.events + [try template.event()]),
        ]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/events/\(room.events.count)")
    }

    @Test
    func `a malformed event that is brought along is the caller's mistake`() async throws {
        let room = try TestRoom.furnished(.v11)
        let broken = TestJSON.event(room.create).setting("sender", to: "nobody")
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "room_version": "11",
            "events": [.event(room.create), broken],
        ]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/events/1/sender")
    }

    @Test
    func `an id that is not the event's own is the caller's mistake`() async throws {
        let room = try TestRoom.furnished(.v11)
        let join = TestJSON.event(try room.membership("join", of: .bob)).setting("event_id", to: .id(room.create))
        let error = try await TestedService().check(["event": join, "room_version": "11"]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/event/event_id")
    }
}
