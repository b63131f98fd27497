import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Requests to `invite.check` that get no decision.
struct InviteRequestTests {
    @Test(arguments: RoomVersion.allCases)
    func `only invites of the server's own users are checked`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let others: [(event: Event, path: String)] = [
            (try room.event("m.room.message", by: .alice), "/event/type"),
            (try room.membership("join", of: .bob), "/event/content/membership"),
            (try room.membership("invite", of: .carol, by: .alice), "/event/state_key"),
            (
                try room.event(.member, by: .alice, stateKey: "bob", content: ["membership": "invite"]),
                "/event/state_key"
            ),
        ]
        for (event, path) in others {
            let error = try await TestedService().checkInvite(event, state: room.stripped()).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == path)
        }
    }

    @Test
    func `items of the state that are none of this room's state are the caller's mistake`() async throws {
        let room = try TestRoom.furnished(.v11)
        let other = try TestRoom.furnished(.v11, id: "other")
        let create = TestJSON.stripped(room.create)
        let wrong: [(item: TestJSON, path: String)] = [
            (.event(other.create), "/state/1"), (.event(room.create), "/state/1"), (create, "/state/1"),
            (.event(try room.event("m.room.message", by: .alice)), "/state/1"), (5, "/state/1"), (nil, "/state/1"),
            (.event(room.events[1]).setting("sender", to: 1), "/state/1/sender"),
            (create.setting("type", to: nil), "/state/1/type"), (create.setting("sender", to: "x"), "/state/1/sender"),
            (create.setting("state_key", to: 1), "/state/1/state_key"),
            (create.setting("content", to: "x"), "/state/1/content"),
        ]
        for (item, path) in wrong {
            let error = try await TestedService().checkInvite(room.invite(), state: [create, item]).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == path)
        }
        let missing = try await TestedService().checkInvite(room.invite(), state: [create, "$nobody"]).error()
        #expect(missing.missing == ["$nobody"])
    }

    @Test(arguments: RoomVersion.specified)
    func `the room version is taken from whatever create event there is`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let invite = try room.invite()
        let unnamed: TestJSON = ["room_version": nil]
        for state in [room.stripped(), .events(room.stateEvents)] {
            let result = try await TestedService().checkInvite(invite, state: state, unnamed).result()
            #expect(result.string("room_version") == "\(version)")
        }
        let stored = try await TestedService.storing(room).checkInvite(invite, state: [], unnamed).result()
        #expect(stored.string("room_version") == "\(version)")
        for state in [[], room.stripped(hiding: [StateKey(.create)])] as [TestJSON] {
            let error = try await TestedService().checkInvite(invite, state: state, unnamed).error()
            #expect(error.path == "/room_version")
        }
    }

    @Test(arguments: [("10", "11"), ("11", "10"), ("9", "12")])
    func `a create event of another room version is the caller's mistake`(real: String, named: String) async throws {
        let room = try TestRoom.furnished(try #require(RoomVersion(rawValue: real)))
        let params: TestJSON = ["room_version": .string(named)]
        let error = try await TestedService().checkInvite(room.invite(), state: room.stripped(), params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/room_version")
    }

    @Test(arguments: [
        ("stage", "signing", "/stage"), ("invitee_server", "b/", "/invitee_server"),
        ("invitee_server", "", "/invitee_server"),
        ("state", "x", "/state"), ("timeout_ms", "1", "/timeout_ms"), ("event", "x", "/event"),
    ])
    func `a parameter that is not what it must be is named`(name: String, value: String, path: String) async throws {
        let room = try TestRoom.furnished(.v11)
        let params: TestJSON = [name: .string(value)]
        let error = try await TestedService().checkInvite(room.invite(), state: room.stripped(), params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == path)
    }

    @Test
    func `parameters by position are fine`() async throws {
        let room = try TestRoom.furnished(.v11)
        let invite = TestJSON.event(try room.invite())
        let keys = TestJSON.signingKeys(of: ["a", "b"])
        let params: TestJSON = [invite, room.stripped(), "b", "signed", nil, "11", keys]
        let result = try await TestedService().call("invite.check", params).result()
        #expect(result.gist == "allow member.invite.allow state accept")
        let wrong: TestJSON = [invite, room.stripped(), "a", "signed", nil, "11", keys]
        #expect(try await TestedService().call("invite.check", wrong).error().path == "/0/state_key")
        let unnamed: TestJSON = [invite, [], "b", "signed", nil, nil, keys]
        #expect(try await TestedService().call("invite.check", unnamed).error().path == "/5")
    }
}
