import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// What a request costs grows with its size, and no faster.
struct LargeRequestTests {
    @Test(.timeLimit(.minutes(1)), arguments: ["state", "auth_events", "rejected"])
    func `a hundred thousand references are looked up in one query`(parameter: String) async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let ids = TestJSON.array((0..<100_000).map { .string("$\($0)") })
        let params: TestJSON = ["event": .event(try room.membership("join", of: .bob)), "room_version": "11"]
        let reply = try await service.check(params.setting(parameter, to: ids))
        if parameter == "rejected" {
            #expect(try reply.result().string("verdict") == "allow")
        } else {
            #expect(try reply.error().missing?.count == 100_000)
        }
        #expect(service.store.loads.count == 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a hundred thousand ids can be asked for`() async throws {
        let ids = TestJSON.array((0..<100_000).map { .string("$\($0)") })
        let result = try await TestedService().call("events.get", ["event_ids": ids]).result()
        #expect(result.strings("missing")?.count == 100_000)
    }

    @Test(.timeLimit(.minutes(1)))
    func `an event that cites a hundred thousand is decided`() async throws {
        let room = try TestRoom.furnished(.v11)
        let join = TestJSON.event(try room.membership("join", of: .bob))
        let cited = TestJSON.array(Array(repeating: .id(room.create), count: 100_000))
        let params: TestJSON = [
            "event": join.setting("auth_events", to: cited), "room_version": "11", "events": .events(room.events),
        ]
        #expect(try await TestedService().check(params).result().gist == "deny format.auth_events format drop")
        let result = try await TestedService().check(params.setting("checks", to: [])).result()
        #expect(result.string("rule") == "auth_events.duplicate")
    }

    @Test(.timeLimit(.minutes(1)), arguments: [RoomVersion.v1, .v10, .v12])
    func `power levels as large as an event may be are compared`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        func levels(_ level: Int) -> TestJSON {
            .object((0..<3_000).map { (key: "@user\($0):a", value: .raw("\(level)")) })
        }
        try room.setPowerLevels(["users": levels(1).setting("@alice:a", to: version == .v12 ? nil : 100)])
        let change = try room.event(
            .powerLevels,
            by: .alice,
            stateKey: "",
            content: ["users": levels(2).setting("@alice:a", to: version == .v12 ? nil : 100)]
        )
        let params: TestJSON = [
            "event": .event(change), "room_version": "\(version)", "events": .events(room.events), "explain": true,
        ]
        #expect(try await TestedService().check(params).result().string("rule") == "power_levels.allow")
    }

    @Test(.timeLimit(.minutes(1)), arguments: [RoomVersion.v2, .v11])
    func `a chain of five hundred events is stored in one request`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        for number in 0..<500 {
            try room.setPowerLevels(["users": room.levels([.alice: 100]), "ban": .raw("\(number % 50)")])
        }
        let results = try await TestedService(cacheByteLimit: 8 << 20).put(room.events.reversed(), of: version)
        #expect(results.allSatisfy { $0.string("verdict") == "allow" })
    }

    @Test(.timeLimit(.minutes(1)))
    func `the search for the draft's create event ends`() async throws {
        // Each event cites the one before and nothing else, so the create event is far behind.
        var room = try TestRoom.furnished(.draft2014)
        var last = try #require(room[.joinRules])
        for _ in 0..<1_200 {
            last = try room.event(
                .joinRules,
                by: .alice,
                stateKey: "",
                content: ["join_rule": "public"],
                citing: [last]
            )
            room.add(last)
        }
        let event = try room.event("m.room.message", by: .alice, citing: [last])
        let params: TestJSON = [
            "event": .event(event), "room_version": "draft-2014", "events": .events(room.events),
        ]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "too_large")
        #expect(error.data?.string("unit") == "events")
    }
}
