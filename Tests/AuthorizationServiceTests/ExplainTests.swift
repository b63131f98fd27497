import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check` with `explain`.
struct ExplainTests {
    @Test(arguments: RoomVersion.allCases)
    func `the trace ends with the rule that decided, and with what it compared`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.ban(.bob)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let result = try await service.check(["event": .event(join), "explain": true]).result()
        let trace = try #require(result.objects("trace"))
        let last = try #require(trace.last)
        #expect(last.string("rule") == result.string("rule"))
        #expect(last.string("outcome") == "rejected")
        #expect(last.string("gate") == "auth_events")
        #expect(last.strings("read") == result.strings("decided_by"))
        #expect(trace.dropLast().allSatisfy { ["passed", "skipped"].contains($0.string("outcome")) })
    }

    @Test
    func `a rule's comparison has the values that the reason tells`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        let service = try await TestedService.storing(room)
        let topic = try room.event("m.room.topic", by: .bob, stateKey: "", content: ["topic": "x"])
        let result = try await service.check(["event": .event(topic), "explain": true]).result()
        #expect(result.string("rule") == "power.required_level")
        #expect(result.string("reason") == "power level 0 is below the 50 needed to send m.room.topic")
        let compared = result.objects("trace")?.last?["compared"]?.object
        #expect(compared?.contains { $0.value.number?.int64 == 50 } == true)
        #expect(compared?.contains { $0.value.number?.int64 == 0 } == true)
    }

    @Test
    func `the trace tells the rules of every check that was made`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "state": .ids(room.events),
            "current_state": .ids(room.events), "explain": true,
        ]
        let trace = try #require(try await service.check(params).result().objects("trace"))
        let gates = trace.compactMap { $0.string("gate") }
        #expect(Set(gates) == ["auth_events", "state", "current_state"])
        #expect(gates == gates.sorted { rank($0) < rank($1) })
        // What does not depend on state is asked once, of what the event cites.
        #expect(trace.count { $0.string("rule") == "auth_events.no_create" } == 1)
    }

    @Test
    func `explaining changes no decision`() async throws {
        var room = try TestRoom.furnished(.v10)
        try room.join(.bob)
        let service = try await TestedService.storing(room)
        for event in room.events + [try room.event("m.room.topic", by: .bob, stateKey: "")] {
            let params: TestJSON = ["event": .event(event)]
            let plain = try await service.check(params).result()
            let explained = try await service.check(params.setting("explain", to: true)).result()
            #expect(plain["trace"] == nil)
            #expect(plain.gist == explained.gist)
            #expect(plain.string("reason") == explained.string("reason"))
        }
    }

    @Test
    func `an event that is not valid has no rules to tell`() async throws {
        let room = try TestRoom.furnished(.v11)
        let params: TestJSON = ["event": ["type": 1], "room_version": "11", "explain": true]
        #expect(try await TestedService().check(params).result().objects("trace")?.isEmpty == true)
        let deep = TestJSON.event(room.create).setting("depth", to: -1)
        let result = try await TestedService().check(["event": deep, "explain": true]).result()
        #expect(result.objects("trace")?.isEmpty == true)
    }

    private func rank(_ gate: String) -> Int { ["auth_events", "state", "current_state"].firstIndex(of: gate) ?? -1 }

}
