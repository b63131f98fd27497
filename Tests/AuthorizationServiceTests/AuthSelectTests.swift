import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

struct AuthSelectTests {
    private let join: TestJSON = [
        "type": "m.room.member", "sender": "@bob:b", "state_key": "@bob:b", "content": ["membership": "join"],
    ]

    @Test(arguments: RoomVersion.allCases)
    func `a join is to cite what its room version's selection names, in that order`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let params: TestJSON = ["event": join, "state": .ids(room.events)]
        let result = try await service.call("auth.select", params).result()
        #expect(result.strings("auth_events") == (try room.membership("join", of: .bob)).authEvents.map(\.description))
        var expected = [["m.room.power_levels", ""], ["m.room.member", "@bob:b"], ["m.room.join_rules", ""]]
        var absent = [["m.room.member", "@bob:b"]]
        if version != .v12 { expected.insert(["m.room.create", ""], at: 0) }
        if version == .draft2014 {
            expected.insert(["m.room.policy", ""], at: 3)
            absent.append(["m.room.policy", ""])
        }
        #expect(keys(result, "keys") == expected)
        #expect(keys(result, "absent") == absent)
    }

    @Test
    func `a create event cites nothing`() async throws {
        let template: TestJSON = ["type": "m.room.create", "sender": "@alice:a", "state_key": "", "content": [:]]
        let params: TestJSON = ["event": template, "room_version": "11", "state": []]
        let result = try await TestedService().call("auth.select", params).result()
        #expect(result.strings("auth_events") == [])
        #expect(keys(result, "keys") == [])
    }

    @Test
    func `what is selected makes an event that is allowed`() async throws {
        var room = try TestRoom.furnished(.v10)
        try room.setJoinRule(["join_rule": "restricted"])
        let service = try await TestedService.storing(room)
        let template = join.setting(
            "content",
            to: ["membership": "join", "join_authorised_via_users_server": "@alice:a"]
        )
        let params: TestJSON = ["event": template, "state": .ids(room.stateEvents)]
        let result = try await service.call("auth.select", params).result()
        let alice = try #require(room[.member, "@alice:a"])
        #expect(result.strings("auth_events")?.contains(alice.id.description) == true)
    }

    @Test
    func `a template without a sender or type is the caller's mistake`() async throws {
        for (key, path) in [("type", "/event/type"), ("sender", "/event/sender"), ("content", "/event/content")] {
            let params: TestJSON = ["event": join.setting(key, to: nil), "room_version": "11", "state": []]
            #expect(try await TestedService().call("auth.select", params).error().path == path)
        }
        let params: TestJSON = ["event": join.setting("sender", to: "bob"), "room_version": "11", "state": []]
        #expect(try await TestedService().call("auth.select", params).error().path == "/event/sender")
    }

    @Test
    func `a state with two events in a place that matters is the caller's mistake`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.setJoinRule("invite")
        let service = try await TestedService.storing(room)
        let error = try await service.call("auth.select", ["event": join, "state": .ids(room.events)]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/state")
    }

    @Test
    func `a state of several rooms is the caller's mistake`() async throws {
        let (room, other) = (try TestRoom.furnished(.v11), try TestRoom.furnished(.v11, id: "other"))
        let service = try await TestedService.storing(room, other)
        let state = [room.create] + other.events.dropFirst()
        let error = try await service.call("auth.select", ["event": join, "state": .ids(state)]).error()
        #expect(error.path == "/state/1")
    }

    @Test
    func `a state that is not all there is named, and asked for once`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let state = TestJSON.array([.id(room.create), "$absent", "$absent2"])
        let error = try await service.call("auth.select", ["event": join, "state": state]).error()
        #expect(error.missing == ["$absent", "$absent2"])
        #expect(service.store.loads.count == 1)
    }

    @Test
    func `the state's events may be brought along`() async throws {
        let room = try TestRoom.furnished(.v12)
        let params: TestJSON = ["event": join, "state": .ids(room.events), "events": .events(room.events)]
        let result = try await TestedService().call("auth.select", params).result()
        #expect(result.strings("auth_events")?.count == 2)
    }

    private func keys(_ result: JSONObject, _ name: StaticString) -> [[String]]? {
        result[name]?.array?.map { $0.array?.compactMap { $0.text?.string } ?? [] }
    }
}
