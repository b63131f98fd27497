import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct MessageScenarios {
    @Test(arguments: RoomVersion.published(), ["leave", "invite", "ban", "knock"])
    func `who is not joined sends nothing`(version: RoomVersion, membership: String) throws {
        var room = try TestRoom.furnished(version)
        try room.expect(.senderNotJoined, for: room.message(by: .bob))
        try room.setMembership(membership, of: .bob)
        try room.expect(.senderNotJoined, for: room.message(by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `everyone sends messages, and state needs level 50`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.expect(.allowDefault, for: room.message(by: .bob))
        try room.expect(.powerRequiredLevel, for: room.topic(by: .bob))
        try room.expect(.allowDefault, for: room.topic(by: .alice))
    }

    @Test(arguments: RoomVersion.published())
    func `without power levels the creator has the power`(version: RoomVersion) throws {
        var room = try TestRoom(version: version)
        try room.join(.alice)
        try room.join(.carol)
        let topic = try room.topic(by: .alice)
        room.expect(.allowDefault, for: topic)
        let level = version == .v12 ? "infinite" : "100"
        #expect(room.decide(topic).reason.contains("power level \(level) reaches the 50 needed"))
        try room.expect(.powerRequiredLevel, for: room.topic(by: .carol))
        try room.expect(.allowDefault, for: room.message(by: .carol))
    }

    @Test(arguments: RoomVersion.published())
    func `the creator is named in content until v10, and the sender after`(version: RoomVersion) throws {
        var room = try TestRoom(version: version, createdBy: .carol, content: ["creator": "@alice:a"])
        try room.join(.alice)
        try room.join(.carol)
        let isNamed = RoomVersion.published(to: .v10).contains(version)
        try room.expect(isNamed ? .allowDefault : .powerRequiredLevel, for: room.topic(by: .alice))
        try room.expect(isNamed ? .powerRequiredLevel : .allowDefault, for: room.topic(by: .carol))
    }

    @Test(arguments: RoomVersion.published())
    func `power levels take the creator's special level away until v11`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setPowerLevels([:])
        try room.expect(version == .v12 ? .allowDefault : .powerRequiredLevel, for: room.topic(by: .alice))
    }

    @Test(arguments: RoomVersion.published(), ["@carol:a", "@", "@alice:a_x"])
    func `a state key that begins with @ is the sender's`(version: RoomVersion, stateKey: String) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.stateKeyForeignUser, for: room.event("org.example.x", by: .alice, stateKey: stateKey))
        try room.expect(.allowDefault, for: room.event("org.example.x", by: .alice, stateKey: "@alice:a"))
    }

    @Test(arguments: RoomVersion.published(), ["token", "@x:y"])
    func `offering a third-party invite needs the invite level only`(version: RoomVersion, token: String) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.expect(.thirdPartyInviteAllow, for: room.event(.thirdPartyInvite, by: .bob, stateKey: token))
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "invite": 1])
        try room.expect(.thirdPartyInvitePower, for: room.event(.thirdPartyInvite, by: .bob, stateKey: token))
    }

    @Test(arguments: RoomVersion.published())
    func `levels may be negative`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "users_default": -1])
        try room.expect(.powerRequiredLevel, for: room.message(by: .bob))
        try room.setPowerLevels(["users_default": -1, "events": ["m.room.message": -1]])
        try room.expect(.allowDefault, for: room.message(by: .bob))
    }

    @Test(arguments: RoomVersion.published(to: .v2))
    func `a redaction needs the redact level or the same server until v2`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 0)
        try room.expect(.redactionDenied, for: room.redaction(of: "$event:a", by: .bob))
        try room.expect(.redactionDenied, for: room.redaction(of: nil, by: .bob))
        try room.expect(.redactionDenied, for: room.redaction(of: "$event", by: .bob))
        try room.expect(.redactionSameDomain, for: room.redaction(of: "$event:b", by: .bob))
        var nameless = try room.template(.redaction, by: .bob)
        nameless.opaqueID = "$redaction"
        nameless.extraKeys["redacts"] = "$event"
        try room.expect(.redactionDenied, for: nameless.event())
        let moderated = try TestRoom.withBob(version, level: 50)
        try moderated.expect(.redactionPower, for: moderated.redaction(of: "$event:a", by: .bob))
        try moderated.expect(.redactionPower, for: moderated.redaction(of: nil, by: .bob))
    }

    @Test(arguments: RoomVersion.published(from: .v3))
    func `a redaction is an event like others since v3`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 0)
        try room.expect(.allowDefault, for: room.redaction(of: "$event:a", by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `a redaction needs the level of its type`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 0, content: ["events": ["m.room.redaction": 50]])
        try room.expect(.powerRequiredLevel, for: room.redaction(of: "$event:b", by: .bob))
    }
}
