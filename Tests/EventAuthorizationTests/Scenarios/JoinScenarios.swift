import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct JoinScenarios {
    @Test(arguments: RoomVersion.published())
    func `anyone joins a public room`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.memberJoinPublic, for: room.membership("join", of: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `a banned user cannot join`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.ban(.bob)
        try room.expect(.memberJoinBanned, for: room.membership("join", of: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `nobody joins in another's name`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.memberJoinSenderMismatch, for: room.membership("join", of: .bob, by: .alice))
    }

    @Test(arguments: RoomVersion.published())
    func `users are told apart by bytes, not by what they look like`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let join = try room.membership("join", of: "@\u{E9}:a", by: "@e\u{301}:a")
        room.expect(.memberJoinSenderMismatch, for: join)
    }

    @Test(arguments: RoomVersion.published())
    func `the invited join an invite room, and nobody else`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("invite")
        try room.expect(.memberJoinForbidden, for: room.membership("join", of: .bob))
        try room.invite(.bob)
        try room.expect(.memberJoinInvited, for: room.membership("join", of: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `a room without a join rule is an invite room`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.invite(.bob)
        try room.send(.joinRules, by: .alice, stateKey: "")
        try room.expect(.memberJoinInvited, for: room.membership("join", of: .bob))
        room.forget(.joinRules)
        try room.expect(.memberJoinInvited, for: room.membership("join", of: .bob))
        try room.expect(.memberJoinForbidden, for: room.membership("join", of: .carol))
    }

    @Test(arguments: RoomVersion.published(), [TestJSON.string("private"), "members", 5, nil])
    func `nobody joins under a rule that is not known`(version: RoomVersion, rule: TestJSON) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.carol)
        try room.invite(.bob)
        try room.setJoinRule(rule)
        try room.expect(.memberJoinForbidden, for: room.membership("join", of: .bob))
        let rename = try room.membership("join", of: .carol, content: ["displayname": "Carol"])
        room.expect(.memberJoinForbidden, for: rename)
    }

    @Test(arguments: RoomVersion.published())
    func `the invited join a knock room since v7`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("knock")
        try room.invite(.bob)
        let isKnown = RoomVersion.published(from: .v7).contains(version)
        try room.expect(isKnown ? .memberJoinInvited : .memberJoinForbidden, for: room.membership("join", of: .bob))
    }

    @Test(arguments: RoomVersion.published(from: .v7))
    func `who has knocked joins once the room is public`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setMembership("knock", of: .bob)
        try room.expect(.memberJoinPublic, for: room.membership("join", of: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `a joined user changes their name in a public room`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let rename = try room.membership("join", of: .alice, content: ["displayname": ["not": "text"]])
        room.expect(.memberJoinPublic, for: rename)
    }
}
