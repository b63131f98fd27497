import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check` with `policy` among the checks: rooms whose events a policy server signs.
struct CheckPolicyTests {
    @Test(arguments: RoomVersion.specified)
    func `an event that the policy server signed is accepted`(version: RoomVersion) async throws {
        let room = try policedRoom(version)
        let event = try room.signedByPolicyServer(try message(in: room))
        #expect(try await check(event, in: room).gist == "allow allow.default current_state accept")
    }

    @Test(arguments: RoomVersion.specified)
    func `an event that the policy server has not signed fails softly`(version: RoomVersion) async throws {
        let room = try policedRoom(version)
        let result = try await check(try message(in: room).event(), in: room)
        #expect(result.gist == "deny policy.missing_signature policy soft_fail")
        #expect(result.strings("decided_by") == [try #require(room[.policy]).id.description])
        #expect(result["spec"]?.object?["number"]?.isNull == true)
        #expect(result.string("reason")?.contains("policy.example") == true)
    }

    @Test(arguments: RoomVersion.specified)
    func `an event with another's signature in its place fails softly`(version: RoomVersion) async throws {
        let room = try policedRoom(version)
        let event = try room.signedByPolicyServer(try message(in: room), key: "mallory.example")
        #expect(try await check(event, in: room).gist == "deny policy.bad_signature policy soft_fail")
    }

    @Test(arguments: RoomVersion.specified)
    func `its own configuration needs no signature, and all else does`(version: RoomVersion) async throws {
        let room = try policedRoom(version)
        let content: TestJSON = ["via": "other.example"]
        let replacement = try room.event(.policy, by: .alice, stateKey: "", content: content)
        #expect(try await check(replacement, in: room).string("verdict") == "allow")
        for event in [
            try room.event(.policy, by: .alice, stateKey: "x", content: content),
            try room.event(.policy, by: .alice, content: content),
            try room.membership("leave", of: .alice),
        ] {
            #expect(try await check(event, in: room).string("rule") == "policy.missing_signature")
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `a server of which nobody has joined polices nothing`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.installPolicyServer()
        #expect(try await check(try message(in: room).event(), in: room).string("verdict") == "allow")
        try room.setMembership("leave", of: "@guard:policy.example")
        try room.join("@guard:policy.example.org")
        #expect(try await check(try message(in: room).event(), in: room).string("verdict") == "allow")
        try room.join("@guard:policy.example")
        #expect(try await check(try message(in: room).event(), in: room).string("gate") == "policy")
    }

    @Test(
        arguments: [
            [:], ["via": "policy.example"], ["via": 1, "public_keys": ["ed25519": "A"]],
            ["via": "policy.example", "public_keys": ["ed25519": 1]], ["via": "policy.example", "public_keys": "A"],
            ["via": "policy.example", "public_keys": ["rsa": "A"]], ["public_keys": ["ed25519": "A"]],
        ] as [TestJSON]
    )
    func `a configuration that names no server or no key configures nothing`(content: TestJSON) async throws {
        var room = try policedRoom(.v11)
        try room.send(.policy, by: .alice, stateKey: "", content: content)
        #expect(try await check(try message(in: room).event(), in: room).string("verdict") == "allow")
    }

    @Test
    func `a key that is none lets nothing pass`() async throws {
        var room = try policedRoom(.v11)
        try room.send(
            .policy,
            by: .alice,
            stateKey: "",
            content: ["via": "policy.example", "public_keys": ["ed25519": "A"]]
        )
        let event = try room.signedByPolicyServer(try message(in: room))
        #expect(try await check(event, in: room).string("rule") == "policy.bad_signature")
    }

    @Test
    func `the current state tells, and the state before only where there is no other`() async throws {
        let room = try policedRoom(.v11)
        let event = try message(in: room).event()
        let before = room.stateEvents.filter { $0.type != .policy }
        #expect(try await check(event, in: room, ["state": .ids(room.stateEvents)]).string("gate") == "policy")
        let both: TestJSON = ["state": .ids(room.stateEvents), "current_state": .ids(before)]
        #expect(try await check(event, in: room, both).string("verdict") == "allow")
        let other: TestJSON = ["state": .ids(before), "current_state": .ids(room.stateEvents)]
        #expect(try await check(event, in: room, other).string("gate") == "policy")
    }

    @Test(arguments: ["1", "12", "draft-2014"])
    func `without a state nobody knows of a policy server`(version: String) async throws {
        let params: TestJSON = ["event_id": "$id", "room_version": .string(version), "checks": ["policy"]]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/current_state")
    }

    @Test
    func `what the rules deny is denied by them`() async throws {
        let room = try policedRoom(.v11)
        let event = try room.event("m.room.message", by: .bob)
        #expect(try await check(event, in: room).gist == "deny sender.not_joined auth_events reject")
    }

    @Test
    func `a redacted event has the signature of the whole one`() async throws {
        let room = try policedRoom(.v11)
        var template = try message(in: room)
        template.claimedHash = "x"
        let signed = try room.signedByPolicyServer(template)
        let checks: TestJSON = ["current_state": .ids(room.stateEvents), "checks": ["hash", "policy"]]
        #expect(try await check(signed, in: room, checks).gist == "allow allow.default hash redact")
        let unsigned = try await check(try template.event(), in: room, checks)
        #expect(unsigned.gist == "deny policy.missing_signature policy soft_fail")
        #expect(unsigned["redacted"]?.bool == true)
    }

    @Test
    func `a state has one configuration`() async throws {
        var room = try policedRoom(.v11)
        let first = try #require(room[.policy])
        try room.installPolicyServer()
        let params: TestJSON = [
            "event": .event(try message(in: room).event()), "events": .events(room.events), "checks": ["policy"],
            "current_state": .ids(room.stateEvents + [first]),
        ]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/current_state/\(room.stateEvents.count)")
    }

    @Test
    func `in the draft of 2014 the signature is a rule already`() async throws {
        let room = try policedRoom(.draft2014)
        let result = try await check(try message(in: room).event(), in: room)
        #expect(result.gist == "deny draft.policy.missing_signature auth_events reject")
    }

    private func policedRoom(_ version: RoomVersion) throws -> TestRoom {
        var room = try TestRoom.furnished(version)
        try room.join("@guard:policy.example")
        try room.installPolicyServer()
        return room
    }

    private func message(in room: TestRoom) throws -> EventTemplate {
        try room.template("m.room.message", by: .alice, content: ["body": "hello"])
    }

    /// Checks `event` by the room's state, or as `changes` say.
    private func check(_ event: Event, in room: TestRoom, _ changes: TestJSON? = nil) async throws -> JSONObject {
        var params: TestJSON = [
            "event": .event(event), "room_version": "\(room.version)", "events": .events(room.events),
            "checks": ["format", "policy"],
        ]
        guard case .object(let members) = changes ?? ["current_state": .ids(room.stateEvents)] else {
            return try #require(nil)
        }
        for (key, value) in members { params = params.setting(key, to: value) }
        return try await TestedService().check(params).result()
    }
}
