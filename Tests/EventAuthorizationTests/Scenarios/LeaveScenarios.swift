import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct LeaveScenarios {
    @Test(arguments: RoomVersion.published(), ["join", "invite"])
    func `who is joined or invited may leave`(version: RoomVersion, membership: String) throws {
        var room = try TestRoom.furnished(version)
        try room.setMembership(membership, of: .bob)
        try room.expect(.memberLeaveSelf, for: room.membership("leave", of: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `who has knocked may leave since v7`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setMembership("knock", of: .bob)
        let isKnown = RoomVersion.published(from: .v7).contains(version)
        try room.expect(isKnown ? .memberLeaveSelf : .memberLeaveSelfNotMember, for: room.membership("leave", of: .bob))
    }

    @Test(arguments: RoomVersion.published(), ["leave", "ban"])
    func `who has left or is banned cannot leave`(version: RoomVersion, membership: String) throws {
        var room = try TestRoom.furnished(version)
        try room.setMembership(membership, of: .bob)
        try room.expect(.memberLeaveSelfNotMember, for: room.membership("leave", of: .bob))
    }

    @Test(arguments: RoomVersion.published(), [(50, 0, true), (50, 50, false), (49, 0, false)])
    func `kicking needs the kick level and more power than the target`(
        version: RoomVersion,
        levels: (bob: Int64, carol: Int64, isAllowed: Bool)
    ) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.join(.carol)
        try room.setPowerLevels(["users": ["@bob:b": .level(levels.bob), "@carol:a": .level(levels.carol)]])
        try room.expect(
            levels.isAllowed ? .memberLeaveKick : .memberLeavePower,
            for: room.membership("leave", of: .carol, by: .bob)
        )
    }

    @Test(arguments: RoomVersion.published())
    func `who never joined can be kicked`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.memberLeaveKick, for: room.membership("leave", of: .bob, by: .alice))
    }

    @Test(arguments: RoomVersion.published())
    func `who is not joined does not kick`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.carol)
        try room.setPowerLevels(["users": ["@bob:b": 100]])
        try room.expect(.memberLeaveSenderNotJoined, for: room.membership("leave", of: .carol, by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `unbanning needs the ban level`(version: RoomVersion) throws {
        var room = try TestRoom.withBob(version, level: 50, content: ["kick": 50, "ban": 60])
        try room.ban(.carol)
        try room.expect(.memberLeaveUnbanPower, for: room.membership("leave", of: .carol, by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `unbanning needs the kick level too`(version: RoomVersion) throws {
        var room = try TestRoom.withBob(version, level: 55, content: ["kick": 60, "ban": 50])
        try room.ban(.carol)
        try room.expect(.memberLeavePower, for: room.membership("leave", of: .carol, by: .bob))
        try room.setPowerLevels(["users": room.levels([.bob: 60]), "kick": 60, "ban": 50])
        try room.expect(.memberLeaveKick, for: room.membership("leave", of: .carol, by: .bob))
    }
}

struct BanScenarios {
    @Test(arguments: RoomVersion.published(), [(50, true), (49, true), (51, false)])
    func `banning needs the ban level`(version: RoomVersion, ban: (level: Int64, isAllowed: Bool)) throws {
        let room = try TestRoom.withBob(version, level: 50, content: ["ban": .level(ban.level)])
        try room.expect(
            ban.isAllowed ? .memberBanAllow : .memberBanPower,
            for: room.membership("ban", of: .carol, by: .bob)
        )
    }

    @Test(arguments: RoomVersion.published())
    func `nobody bans themselves`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 100)
        try room.expect(.memberBanPower, for: room.membership("ban", of: .bob))
        try room.expect(.memberBanPower, for: room.membership("ban", of: .alice))
    }

    @Test(arguments: RoomVersion.published())
    func `nobody bans users of the same power`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.setPowerLevels(["users": ["@bob:b": 50, "@carol:a": 50]])
        try room.expect(.memberBanPower, for: room.membership("ban", of: .carol, by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `who is not joined does not ban, however powerful`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setPowerLevels(["users": ["@bob:b": 100]])
        try room.expect(.memberBanSenderNotJoined, for: room.membership("ban", of: .carol, by: .bob))
    }
}

struct KnockScenarios {
    @Test(arguments: RoomVersion.published(from: .v7))
    func `knocking needs a knocking join rule`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.expect(.memberKnockJoinRule, for: room.membership("knock", of: .bob))
        try room.setJoinRule("knock")
        try room.expect(.memberKnockAllow, for: room.membership("knock", of: .bob))
        try room.setJoinRule("knock_restricted")
        let isKnown = RoomVersion.published(from: .v10).contains(version)
        try room.expect(isKnown ? .memberKnockAllow : .memberKnockJoinRule, for: room.membership("knock", of: .bob))
    }

    @Test(
        arguments: RoomVersion.published(from: .v7),
        [("invite", false), ("join", false), ("ban", false), ("knock", true), ("leave", true)]
    )
    func `who has left or knocked may knock`(
        version: RoomVersion,
        before: (membership: String, mayKnock: Bool)
    ) throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("knock")
        try room.setMembership(before.membership, of: .bob)
        try room.expect(
            before.mayKnock ? .memberKnockAllow : .memberKnockMembership,
            for: room.membership("knock", of: .bob)
        )
    }

    @Test(arguments: RoomVersion.published(from: .v7))
    func `nobody knocks in another's name`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("knock")
        try room.expect(.memberKnockSenderMismatch, for: room.membership("knock", of: .bob, by: .carol))
    }

    @Test(arguments: RoomVersion.published(to: .v6))
    func `knocking is not known until v6`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("knock")
        try room.expect(.memberUnknownMembership, for: room.membership("knock", of: .bob))
    }

    @Test(arguments: RoomVersion.published(), [TestJSON.string("foo"), 5, nil])
    func `no other membership is known`(version: RoomVersion, membership: TestJSON) throws {
        let room = try TestRoom.furnished(version)
        let content: TestJSON = ["membership": membership]
        try room.expect(
            .memberUnknownMembership,
            for: room.event(.member, by: .alice, stateKey: "@alice:a", content: content)
        )
    }

    @Test(arguments: RoomVersion.published())
    func `a member event names a user and a membership`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let join: TestJSON = ["membership": "join"]
        try room.expect(.memberMalformed, for: room.event(.member, by: .alice, stateKey: "@alice:a"))
        try room.expect(.memberMalformed, for: room.event(.member, by: .alice, content: join))
        try room.expect(.memberMalformed, for: room.event(.member, by: .alice, stateKey: "alice", content: join))
    }
}
