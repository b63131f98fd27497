import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct FederationScenarios {
    @Test(arguments: RoomVersion.published())
    func `a foreign user cannot join an unfederated room`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version, content: ["m.federate": false])
        try room.expect(.federateDenied, for: room.membership("join", of: .bob))
        try room.expect(.memberJoinPublic, for: room.membership("join", of: .carol))
    }

    @Test(arguments: RoomVersion.published())
    func `a foreign user can be invited to an unfederated room`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version, content: ["m.federate": false])
        try room.expect(.memberInviteAllow, for: room.membership("invite", of: .bob, by: .alice))
    }

    @Test(arguments: RoomVersion.published(), [TestJSON.string("false"), "true", 1, [:]])
    func `an m.federate that is no boolean keeps foreign users out`(version: RoomVersion, value: TestJSON) throws {
        let room = try TestRoom.furnished(version, content: ["m.federate": value])
        try room.expect(.federateMalformed, for: room.membership("join", of: .bob))
        try room.expect(.memberJoinPublic, for: room.membership("join", of: .carol))
    }

    @Test(arguments: RoomVersion.published(), [TestJSON.raw("null"), true])
    func `an m.federate of null or true lets foreign users in`(version: RoomVersion, value: TestJSON) throws {
        let room = try TestRoom.furnished(version, content: ["m.federate": value])
        try room.expect(.memberJoinPublic, for: room.membership("join", of: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `a server is another with a port or in capitals`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version, content: ["m.federate": false])
        for user: UserID in ["@bob:a:8448", "@bob:A"] {
            try room.expect(.federateDenied, for: room.membership("join", of: user))
        }
    }

    @Test(arguments: RoomVersion.published())
    func `a server sets its aliases without a user in the room until v5`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let isSpecial = RoomVersion.published(to: .v5).contains(version)
        let event = try room.event(.aliases, by: .carol, stateKey: "a")
        room.expect(isSpecial ? .aliasesAllow : .senderNotJoined, for: event)
    }

    @Test(arguments: RoomVersion.published(to: .v5), ["", "b"])
    func `a server sets no aliases but its own until v5`(version: RoomVersion, stateKey: String) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.aliasesDomainMismatch, for: room.event(.aliases, by: .carol, stateKey: stateKey))
    }

    /// A create event whose hash does not match is redacted, and until v10 redaction takes `m.federate`.
    @Test(arguments: RoomVersion.published())
    func `a redacted create event federates the room until v10`(version: RoomVersion) throws {
        var template = EventTemplate.create(version, content: ["m.federate": false])
        template.claimedHash = "forged"
        let create = try template.event()
        #expect(!create.contentHashMatches)
        var room = TestRoom(try create.redacted())
        #expect(room.create.id == create.id)
        try room.join(.alice)
        try room.setJoinRule("public")
        let isForgotten = RoomVersion.published(to: .v10).contains(version)
        try room.expect(isForgotten ? .memberJoinPublic : .federateDenied, for: room.membership("join", of: .bob))
    }
}
