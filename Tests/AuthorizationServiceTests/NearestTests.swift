import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `nearest` in what `auth.check` answers with `explain`.
struct NearestTests {
    @Test(arguments: RoomVersion.allCases)
    func `a denial that is explained names the smallest change`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        let topic = try room.event("m.room.topic", by: .bob, stateKey: "")
        #expect(try await nearest(topic, in: room) == #"{"change":"sender_power","from":0,"to":50}"#)
        try room.setJoinRule("invite")
        let join = try room.membership("join", of: "@dave:d")
        let invite = #"{"change":"membership","user":"@dave:d","from":"leave","to":"invite"}"#
        #expect(try await nearest(join, in: room) == invite)
    }

    @Test
    func `an allowance has none, and a denial that nobody asked to have explained`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let message = try room.event("m.room.message", by: .alice)
        #expect(try await service.check(["event": .event(message), "explain": true]).result()["nearest"] == nil)
        let stranger = try room.event("m.room.message", by: .bob)
        #expect(try await service.check(["event": .event(stranger)]).result()["nearest"] == nil)
    }

    @Test
    func `what nothing mends has null`() async throws {
        let room = try TestRoom.furnished(.v11)
        let levels = try room.event(.powerLevels, by: .alice, stateKey: "", content: ["ban": "50"])
        #expect(try await nearest(levels, in: room) == "null")
        let deep = TestJSON.event(room.create).setting("depth", to: -1)
        let result = try await TestedService().check(["event": deep, "explain": true]).result()
        #expect(result["nearest"]?.isNull == true)
    }

    @Test
    func `what takes several changes names them all`() async throws {
        let room = try TestRoom.furnished(.v11)
        let topic = try room.event("m.room.topic", by: .bob, stateKey: "")
        let both =
            #"{"change":"several","changes":[{"change":"membership","user":"@bob:b","from":"leave","to":"join"},"#
            + #"{"change":"sender_power","from":0,"to":50}]}"#
        #expect(try await nearest(topic, in: room) == both)
    }

    @Test
    func `the change satisfies every state that the event is held against`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        let topic = try room.event("m.room.topic", by: .bob, stateKey: "")
        let before = TestJSON.ids(room.stateEvents)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "events": ["m.room.topic": 70]])
        let params: TestJSON = ["state": before, "current_state": .ids(room.stateEvents)]
        let nearest = try await nearest(topic, in: room, params)
        #expect(nearest == #"{"change":"sender_power","from":0,"to":70}"#)
    }

    @Test
    func `a redundant reference is named`() async throws {
        let room = try TestRoom.furnished(.v11)
        let rules = try #require(room[.joinRules])
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(rules)
        let nearest = try await nearest(try template.event(), in: room)
        #expect(nearest == #"{"change":"reference","remove":"\#(rules.id)"}"#)
    }

    @Test
    func `signatures are named that would get the event past the check, and what it takes from there`() async throws {
        let room = try TestRoom.furnished(.v11)
        var template = try room.template("m.room.message", by: .bob)
        template.signers = []
        let params: TestJSON = ["checks": ["signatures"], "keys": .signingKeys(of: ["b"])]
        let changes =
            #"{"change":"several","changes":[{"change":"signature","server":"b"},"#
            + #"{"change":"membership","user":"@bob:b","from":"leave","to":"join"}]}"#
        #expect(try await nearest(try template.event(), in: room, params) == changes)
    }

    @Test(arguments: RoomVersion.specified)
    func `the policy server's signature is named where it alone is missing`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.installPolicyServer()
        try room.join("@guard:policy.example")
        let message = try room.event("m.room.message", by: .alice)
        let params: TestJSON = ["checks": ["policy"], "current_state": .ids(room.stateEvents)]
        let nearest = try await nearest(message, in: room, params)
        #expect(nearest == #"{"change":"signature","server":"policy.example"}"#)
    }

    /// What is said to be nearest, as it is written.
    private func nearest(_ event: Event, in room: TestRoom, _ more: TestJSON = [:]) async throws -> String {
        let params = (["event": .event(event), "explain": true] as TestJSON).merging(more)
        let result = try await TestedService.storing(room).check(params).result()
        let nearest = try #require(result["nearest"])
        return String(decoding: nearest.source, as: UTF8.self)
    }
}
