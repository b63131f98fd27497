import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Deciding by a state of the room instead of by what the event cites (server-server API, "Checks performed on receipt
/// of a PDU", 5 and 6).
struct StateDecisionTests {
    @Test(arguments: RoomVersion.specified)
    func `the state knows of a ban that the event does not cite`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        let message = try room.message(by: .bob)
        try room.ban(.bob)
        room.expect(.allowDefault, for: message)
        #expect(room.decideInState(message).rule == .senderNotJoined)
    }

    @Test(arguments: RoomVersion.specified)
    func `the state knows of power levels newer than the event cites`(version: RoomVersion) throws {
        var room = try TestRoom.withBob(version, level: 50)
        let topic = try room.topic(by: .bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100])])
        room.expect(.allowDefault, for: topic)
        #expect(room.decideInState(topic).rule == .powerRequiredLevel)
    }

    @Test(arguments: RoomVersion.specified)
    func `what an event cites is no question of state`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(try #require(room[.joinRules]))
        let message = try template.event()
        room.expect(.authEventsUnexpected, for: message)
        #expect(room.decideInState(message).rule == .allowDefault)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a create event is decided by itself`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        #expect(room.decideInState(room.create).rule == (version == .draft2014 ? .draftCreateFirst : .createAllow))
    }

    @Test
    func `the draft's policy server is asked in state, too`() throws {
        var room = try TestRoom.furnished(.draft2014)
        let message = try room.message(by: .alice)
        try room.installPolicyServer()
        room.expect(.draftAllow, for: message)
        #expect(room.decideInState(message).rule == .draftPolicyMissingSignature)
    }
}

/// What a decision says of itself.
struct DecisionTests {
    @Test(arguments: RoomVersion.specified)
    func `a decision names the events that the rule read`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        let joinRules = try room.setJoinRule("invite")
        let invite = try room.invite(.bob)
        #expect(room.decide(try room.membership("join", of: .bob)).decidedBy == [joinRules.id, invite.id])
        try room.join(.bob)
        let levels = try #require(room[.powerLevels])
        let creators = version == .v12 ? [room.create.id] : []
        #expect(room.decide(try room.topic(by: .bob)).decidedBy == creators + [levels.id])
        let mismatch = try room.membership("join", of: .carol, by: .bob)
        #expect(room.decide(mismatch).decidedBy.isEmpty)
    }

    @Test
    func `a reason is one sentence with the values compared`() throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        #expect(
            room.decide(try room.topic(by: .bob)).reason
                == "power level 0 is below the 50 needed to send m.room.topic"
        )
        try room.setJoinRule("members")
        #expect(
            room.decide(try room.membership("join", of: .carol)).reason
                == "the join rule is \"members\" and the membership of @carol:a is leave"
        )
        try room.setJoinRule("restricted")
        #expect(
            room.decide(try room.membership("join", of: .carol)).reason
                == "the event names no authorising user, and @carol:a is neither invited nor joined"
        )
    }

    @Test
    func `a reason quotes no more than the beginning of a long value`() throws {
        let version: TestJSON = .string(String(repeating: "9", count: 60_000))
        let create = try EventTemplate.create(.v11, content: ["room_version": version]).event()
        let reason = Authorization.decide(create, citing: [], create: .none).reason
        #expect(reason.hasPrefix("content.room_version \"9999"))
        #expect(reason.hasSuffix("9… is no known room version"))
        #expect(reason.utf8.count < 400)
    }
}
