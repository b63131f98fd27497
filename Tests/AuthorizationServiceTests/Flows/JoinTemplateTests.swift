import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// `join.template`: what a resident server offers to the server of a user who wants to join or knock.
struct JoinTemplateTests {
    @Test(arguments: RoomVersion.allCases)
    func `a join cites what its room version's selection names, in that version's form`(
        version: RoomVersion
    ) async throws {
        let room = try TestRoom.furnished(version)
        let result = try await TestedService.storing(room).template(for: .bob, of: room).result()
        let event = try #require(result["event"]?.object)
        let expected = try room.membership("join", of: .bob).json
        #expect(result.string("room_version") == "\(version)")
        for key in ["type", "room_id", "sender", "state_key", "content", "auth_events"] as [StaticString] {
            #expect(event[key]?.source == expected[key]?.source, "\(key)")
        }
        #expect(event["prev_events"]?.array?.isEmpty == true)
        #expect(event.map(\.key).count == 7)
    }

    @Test(arguments: RoomVersion.allCases)
    func `what the request brings along does as well as what is stored`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let stored = try await TestedService.storing(room).template(for: .bob, of: room)
        let brought = try await TestedService().template(
            for: .bob,
            of: room,
            [
                "events": .events(room.events), "room_version": "\(version)",
            ]
        )
        #expect(stored.text == brought.text)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a knock is offered where the room version has knocks`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("knock")
        let reply = try await TestedService.storing(room).template(for: .bob, of: room, ["membership": "knock"])
        guard AuthorizationRules(version).allowsKnocking else {
            let rule = version == .draft2014 ? "draft.member.unknown" : "member.unknown_membership"
            #expect(try reply.result().gist == "deny \(rule) state reject")
            return
        }
        let event = try #require(try reply.result()["event"]?.object)
        #expect(event["content"]?.source.elementsEqual(#"{"membership":"knock"}"#.utf8) == true)
        #expect(event["auth_events"]?.source == (try room.membership("knock", of: .bob)).json["auth_events"]?.source)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a banned user is told the rule`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.ban(.bob)
        let result = try await TestedService.storing(room).template(for: .bob, of: room).result()
        let rule = version == .draft2014 ? "draft.member.join.banned" : "member.join.banned"
        #expect(result.gist == "deny \(rule) state reject")
        #expect(result["event_id"]?.isNull == true)
        #expect(result.strings("decided_by") == [try #require(room[.member, "@bob:b"]).id.description])
    }

    @Test(arguments: RoomVersion.specified)
    func `a room that is not federated is not for other servers' users`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version, content: ["m.federate": false])
        let service = try await TestedService.storing(room)
        #expect(try await service.template(for: .bob, of: room).result().string("rule") == "federate.denied")
        #expect(try await service.template(for: .carol, of: room).result()["event"] != nil)
    }

    @Test(arguments: RoomVersion.specified.filter { AuthorizationRules($0).allowsRestrictedJoins })
    func `a restricted join names who vouches for it`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("restricted")
        let service = try await TestedService.storing(room)
        let event = try #require(
            try await service.template(for: .bob, of: room, ["authorised_via": "@alice:a"]).result()["event"]?.object
        )
        let expected = try room.authorisedJoin(of: .bob, via: .alice).json
        #expect(event["content"]?.source == expected["content"]?.source)
        #expect(event["auth_events"]?.source == expected["auth_events"]?.source)
        #expect(event["signatures"] == nil)
        let denial = try await service.template(for: .bob, of: room).result()
        #expect(denial.gist == "deny member.join.restricted.unauthorised state reject")
    }

    @Test
    func `only a joined user with the power to invite vouches`() async throws {
        var room = try TestRoom.furnished(.v10)
        try room.join(.carol)
        try room.setJoinRule("restricted")
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "invite": 50])
        let service = try await TestedService.storing(room)
        for (user, reason) in [("@carol:a", "level 0"), ("@dave:a", "leave")] {
            let result = try await service.template(for: .bob, of: room, ["authorised_via": .string(user)]).result()
            #expect(result.string("rule") == "member.join.restricted.unauthorised")
            #expect(result.string("reason")?.contains(user) == true, "\(reason)")
        }
    }

    @Test(arguments: ["public", "invite", "restricted"])
    func `nobody vouches where the state lets the user in anyway`(joinRule: String) async throws {
        var room = try TestRoom.furnished(.v11)
        try room.invite(.bob)
        try room.setJoinRule(.string(joinRule))
        let reply = try await TestedService.storing(room).template(for: .bob, of: room, ["authorised_via": "@alice:a"])
        let event = try #require(try reply.result()["event"]?.object)
        #expect(event["content"]?.source.elementsEqual(#"{"membership":"join"}"#.utf8) == true)
    }

    @Test
    func `a state with a rejected event in it is none to join by`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        let rejected = try room.setJoinRule("public", by: .bob)
        let result = try await TestedService.storing(room).template(for: .carol, of: room).result()
        #expect(result.gist == "deny auth_events.rejected auth_events reject")
        #expect(result.strings("decided_by") == [rejected.id.description])
    }

    @Test
    func `a server that does not know the room's version is told which it is`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        for versions in [[], ["10", "12"], ["1 1", "org.example.11"]] as [TestJSON] {
            let reply = try await service.template(for: .bob, of: room, ["room_versions": versions])
            #expect(try reply.error().path == "/room_versions")
            #expect(try reply.error().data?.string("expected")?.contains("\"11\"") == true)
        }
        let known: TestJSON = ["room_versions": ["10", "org.example.11", "11"]]
        #expect(try await service.template(for: .bob, of: room, known).result()["event"] != nil)
    }

    @Test
    func `what is no state of the room is the caller's mistake`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.send("m.room.message", by: .alice)
        try room.setJoinRule("invite")
        let other = try TestRoom.furnished(.v11, id: "other")
        let service = try await TestedService.storing(room, other)
        let wrong: [(ids: [Event], path: String)] = [
            (room.stateEvents + [other.create], "/state/4"), (room.stateEvents + [room.events[3]], "/state/4"),
            (room.stateEvents + [room.events[4]], "/state/4"), (room.stateEvents.filter { !$0.isCreate }, "/state"),
        ]
        for (ids, path) in wrong {
            let error = try await service.template(for: .bob, of: room, ["state": .ids(ids)]).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == path)
        }
    }

    @Test
    func `events that nobody has are named`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let state = TestJSON.array(room.stateEvents.map { .id($0) } + ["$nobody"])
        let error = try await service.template(for: .bob, of: room, ["state": state]).error()
        #expect(error.missing == ["$nobody"])
        let unknown = try await TestedService().template(for: .bob, of: room).error()
        #expect(unknown.missing?.count == room.stateEvents.count)
    }

    @Test
    func `a room of version 12 is known by its id`() async throws {
        let room = try TestRoom.furnished(.v12)
        let service = try await TestedService.storing(room)
        let state = TestJSON.ids(room.stateEvents.filter { !$0.isCreate })
        #expect(
            try await service.template(for: .bob, of: room, ["state": state]).result().string("room_version") == "12"
        )
    }

    @Test(arguments: [
        ("room_id", "room", "/room_id"), ("room_id", "!room", "/room_id"), ("user_id", "bob", "/user_id"),
        ("user_id", "@bob", "/user_id"), ("authorised_via", "alice", "/authorised_via"),
        ("membership", "invite", "/membership"), ("room_version", "10", "/state/0"), ("state", "$x", "/state"),
    ])
    func `a parameter that is not what it must be is named`(name: String, value: String, path: String) async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        var params: TestJSON = [name: .string(value)]
        if path == "/room_id" { params = params.setting("room_version", to: "11").setting("state", to: []) }
        if name == "room_version" { params = params.setting("room_versions", to: ["10"]) }
        let error = try await service.template(for: .bob, of: room, params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == path)
    }

    @Test
    func `parameters by position are fine`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params: TestJSON = [.string("\(room.id)"), "@bob:b", ["11"], .ids(room.stateEvents)]
        #expect(try await service.call("join.template", params).result()["event"] != nil)
        let wrong: TestJSON = [.string("\(room.id)"), "@bob:b", ["10"], .ids(room.stateEvents)]
        #expect(try await service.call("join.template", wrong).error().path == "/2")
    }
}

extension TestedService {
    /// Asks for the template of a join of `user`; what `more` names comes on top, or instead.
    func template(
        for user: UserID,
        of room: TestRoom,
        _ more: TestJSON = [:],
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> CallReply {
        var params: TestJSON = [
            "room_id": .string("\(room.id)"), "user_id": .string("\(user)"),
            "room_versions": .array(RoomVersion.allCases.map { .string("\($0)") }), "state": .ids(room.stateEvents),
        ]
        if case .object(let members) = more {
            for (key, value) in members { params = params.setting(key, to: value) }
        }
        return try await call("join.template", params, location)
    }
}
