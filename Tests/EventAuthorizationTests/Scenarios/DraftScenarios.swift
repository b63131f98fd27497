import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// The draft of 2014.
struct DraftScenarios {
    private func room(bob level: Int64 = 50, content: TestJSON = [:]) throws -> TestRoom {
        try TestRoom.withBob(.draft2014, level: level, content: content)
    }

    @Test
    func `the kick level is enough to kick users of more power`() throws {
        let room = try room(content: ["kick": 50])
        try room.expect(.draftMemberKickAllow, for: room.membership("leave", of: .alice, by: .bob))
        try room.expect(.draftMemberBanAllow, for: room.membership("ban", of: .alice, by: .bob))
    }

    @Test
    func `who is in may_join joins under any join rule, unless banned`() throws {
        var room = try TestRoom.furnished(.draft2014)
        let content: TestJSON = ["join_rule": "private", "may_join": ["@bob:b"]]
        try room.send(.joinRules, by: .alice, stateKey: "", content: content)
        try room.expect(.draftMemberJoinMayJoin, for: room.membership("join", of: .bob))
        try room.expect(.draftMemberJoinForbidden, for: room.membership("join", of: .carol))
        try room.ban(.bob)
        try room.expect(.draftMemberJoinBanned, for: room.membership("join", of: .bob))
    }

    @Test(arguments: ["knock", "private", "members"])
    func `only public and invite rooms take invites`(rule: String) throws {
        var room = try TestRoom.furnished(.draft2014)
        try room.setJoinRule(.string(rule))
        try room.expect(.draftMemberInviteJoinRule, for: room.membership("invite", of: .bob, by: .alice))
    }

    @Test
    func `the policy server's signature is the authorization`() throws {
        var room = try TestRoom.furnished(.draft2014)
        try room.installPolicyServer()
        let message = try room.template("m.room.message", by: .bob)
        try room.expect(.draftPolicySigned, for: room.signedByPolicyServer(message))
        try room.expect(.draftPolicyBadSignature, for: room.signedByPolicyServer(message, key: "another"))
        try room.expect(.draftPolicyMissingSignature, for: room.message(by: .alice))
    }

    @Test
    func `the policy server is configured by the ordinary rules`() throws {
        var room = try TestRoom.furnished(.draft2014)
        try room.installPolicyServer()
        let event = try room.event(.policy, by: .alice, stateKey: "", content: ["via": "other.example"])
        room.expect(.draftAllow, for: event)
        try room.expect(.draftOtherNotJoined, for: room.event(.policy, by: .bob, stateKey: ""))
        try room.expect(.draftPolicyMissingSignature, for: room.event(.policy, by: .alice, stateKey: "x"))
    }

    @Test
    func `another room's policy server authorizes nothing`() throws {
        var room = try TestRoom.furnished(.draft2014)
        var other = try TestRoom.furnished(.draft2014, createdBy: .bob, id: "other")
        room.know(try other.installPolicyServer(by: .bob))
        var template = try room.template("m.room.message", by: .bob)
        template.authEvents.append(try #require(other[.policy]))
        try room.expect(.draftProtocolWrongRoom, for: room.signedByPolicyServer(template))
    }

    @Test
    func `a rejected policy server configuration authorizes nothing`() throws {
        var room = try TestRoom.furnished(.draft2014)
        room.know(try room.installPolicyServer(by: .bob), isRejected: true)
        let template = try room.template("m.room.message", by: .bob)
        try room.expect(.draftProtocolUnauthorized, for: room.signedByPolicyServer(template))
    }

    @Test
    func `a create event is never the policy server's matter`() throws {
        var room = try TestRoom.furnished(.draft2014)
        try room.installPolicyServer()
        var template = EventTemplate.create(.draft2014, id: "second")
        template.authEvents = [try #require(room[.policy])]
        try room.expect(.draftCreateNotFirst, for: template.event())
    }

    @Test
    func `one of two policy server configurations authorizes nothing`() throws {
        var room = try TestRoom.furnished(.draft2014)
        let first = try room.installPolicyServer()
        try room.installPolicyServer()
        var template = try room.template("m.room.message", by: .bob)
        template.authEvents.append(first)
        try room.expect(.draftProtocolDuplicate, for: room.signedByPolicyServer(template))
    }

    @Test
    func `a policy event under another state key is no protocol event`() throws {
        var room = try TestRoom.furnished(.draft2014)
        let policy = try room.send(.policy, by: .alice, stateKey: "x")
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(policy)
        try room.expect(.draftProtocolType, for: template.event())
    }

    @Test
    func `redacting needs the redact level, one's own events too`() throws {
        let room = try room(bob: 0)
        try room.expect(.draftRedactionPower, for: room.redaction(of: "$event:b", by: .bob))
    }

    @Test
    func `nobody raises themselves above their own level`() throws {
        let room = try room()
        let users = room.levels([.alice: 100, .bob: 100])
        try room.expect(.draftPowerLevelsAboveOwn, for: room.powerLevels(by: .bob, changes: ["users": users]))
    }

    @Test(
        arguments: [
            (before: [:], after: ["state_default": 51], isAllowed: false),
            (before: ["kick": 60], after: ["kick": 50], isAllowed: false),
            (before: [:], after: ["events": ["x": 51]], isAllowed: false),
            (before: ["events": ["x": 60]], after: ["events": nil], isAllowed: false),
            (before: ["events": ["x": 50]], after: ["events": ["x": 0]], isAllowed: true),
            (before: ["redact": 50], after: ["redact": 0], isAllowed: true),
            // The draft has no invite level.
            (before: [:], after: ["invite": 60], isAllowed: true),
        ] as [LevelChange]
    )
    func `levels are changed up to one's own`(change: LevelChange) throws {
        let room = try room(content: change.before)
        let event = try room.powerLevels(by: .bob, changes: change.after)
        room.expect(change.isAllowed ? .draftAllow : .draftPowerLevelsAboveOwn, for: event)
    }

    typealias LevelChange = (before: TestJSON, after: KeyValuePairs<String, TestJSON?>, isAllowed: Bool)

    @Test
    func `users of the same level can be demoted`() throws {
        var room = try room()
        try room.setPowerLevels(["users": room.levels([.alice: 50, .bob: 50]), "state_default": 0])
        let users = room.levels([.alice: 0, .bob: 50])
        try room.expect(.draftAllow, for: room.powerLevels(by: .bob, changes: ["users": users]))
    }

    @Test
    func `a proposed level that cannot be read is denied`() throws {
        let room = try room()
        try room.expect(.draftPowerLevelsUsersInvalid, for: room.powerLevels(by: .bob, changes: ["ban": "many"]))
    }

    @Test
    func `without listed power levels the creator has 100 and others have 0`() throws {
        var room = try room(bob: 100)
        room.forget(.powerLevels)
        try room.expect(.draftAllow, for: room.topic(by: .alice))
        try room.expect(.draftOtherPower, for: room.topic(by: .bob))
        try room.expect(.draftAllow, for: room.message(by: .bob))
    }

    @Test
    func `the create event need not be listed where it can be reached`() throws {
        let room = try room()
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.removeAll { $0.isCreate }
        try room.expect(.draftAllow, for: template.event())
        template.authEvents = []
        try room.expect(.draftProtocolNoCreate, for: template.event())
    }

    @Test
    func `a protocol event that the rules do not ask for is tolerated`() throws {
        let room = try room()
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(try #require(room[.joinRules]))
        try room.expect(.draftAllow, for: template.event())
    }

    @Test
    func `the invited may decline, and join an invite room`() throws {
        var room = try TestRoom.furnished(.draft2014)
        try room.setJoinRule("invite")
        try room.expect(.draftMemberInviteAllow, for: room.membership("invite", of: .bob, by: .alice))
        try room.invite(.bob)
        try room.expect(.draftMemberLeaveSelf, for: room.membership("leave", of: .bob))
        try room.expect(.draftMemberJoinInvited, for: room.membership("join", of: .bob))
        try room.setJoinRule("knock")
        try room.expect(.draftMemberJoinForbidden, for: room.membership("join", of: .bob))
    }

    @Test
    func `unbanning needs the ban level and the kick level`() throws {
        let cases: [(ban: Int64, kick: Int64, rule: Rule)] = [
            (50, 50, .draftMemberKickAllow), (51, 50, .draftMemberKickUnbanPower), (50, 51, .draftMemberKickPower),
        ]
        for (ban, kick, rule) in cases {
            var room = try self.room(content: ["ban": .level(ban), "kick": .level(kick)])
            try room.ban(.carol)
            try room.expect(rule, for: room.membership("leave", of: .carol, by: .bob))
        }
    }
}
