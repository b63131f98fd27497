import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct CitationScenarios {
    @Test(arguments: RoomVersion.published(to: .v11))
    func `an event that cites no create event is denied`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.removeAll { $0.isCreate }
        try room.expect(.authEventsNoCreate, for: template.event())
    }

    @Test
    func `an event that cites the create event is denied since v12`() throws {
        let room = try TestRoom.furnished(.v12)
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(room.create)
        try room.expect(.authEventsUnexpected, for: template.event())
    }

    @Test
    func `an event that cites nothing at all is decided by defaults since v12`() throws {
        let room = try TestRoom.furnished(.v12)
        try room.expect(.senderNotJoined, for: room.event("m.room.message", by: .alice, citing: []))
    }

    @Test(arguments: RoomVersion.published())
    func `an event that cites two power levels is denied`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        let first = try #require(room[.powerLevels])
        try room.setPowerLevels([:])
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(first)
        try room.expect(.authEventsDuplicate, for: template.event())
    }

    @Test(arguments: RoomVersion.published())
    func `an event that cites the same event twice is denied`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents += template.authEvents.suffix(1)
        try room.expect(.authEventsDuplicate, for: template.event())
    }

    @Test(arguments: RoomVersion.published())
    func `a message that cites the join rules is denied`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(try #require(room[.joinRules]))
        try room.expect(.authEventsUnexpected, for: template.event())
    }

    @Test(arguments: RoomVersion.published())
    func `a message that cites a message is denied`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        let message = try room.send("m.room.message", by: .alice)
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.append(message)
        try room.expect(.authEventsUnexpected, for: template.event())
        #expect(room.decide(try template.event()).reason.hasSuffix("is no state event"))
    }

    @Test(arguments: RoomVersion.published())
    func `an event that cites a rejected member event is denied`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        let join = try room.join(.bob)
        room.know(join, isRejected: true)
        try room.expect(.authEventsRejected, for: room.message(by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `an event that cites another room's power levels is denied`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        let levels = try #require(TestRoom.furnished(version, id: "other")[.powerLevels])
        room.know(levels)
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents.removeAll { $0.type == .powerLevels }
        template.authEvents.append(levels)
        try room.expect(.authEventsWrongRoom, for: template.event())
    }

    @Test
    func `a room id made of another event's id is denied since v12`() throws {
        let room = try TestRoom.furnished(.v12)
        var template = try room.template("m.room.message", by: .alice)
        template.roomID = RoomID(createdBy: try #require(room[.member, "@alice:a"]).id)
        try room.expect(.roomCreateUnknown, for: template.event())
    }

    @Test
    func `a room whose create event was rejected takes no events since v12`() throws {
        var room = try TestRoom.furnished(.v12)
        room.know(room.create, isRejected: true)
        try room.expect(.roomCreateUnknown, for: room.message(by: .alice))
    }

    @Test(arguments: RoomVersion.published())
    func `what stands on an unauthorised promotion is denied`(version: RoomVersion) throws {
        var room = try TestRoom.withBob(version, level: 50)
        let users = room.levels([.alice: 100, .bob: 100])
        let promotion = try room.powerLevels(by: .bob, changes: ["users": users])
        room.expect(.powerLevelsUsersNewAbove, for: promotion)
        room.add(promotion)
        room.know(promotion, isRejected: true)
        try room.expect(.authEventsRejected, for: room.message(by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `leaving out the power levels changes the outcome`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 0, content: ["events_default": 10])
        try room.expect(.powerRequiredLevel, for: room.message(by: .bob))
        var template = try room.template("m.room.message", by: .bob)
        template.authEvents.removeAll { $0.type == .powerLevels }
        let event = try template.event()
        room.expect(.allowDefault, for: event)
        #expect(room.decideInState(event).rule == .powerRequiredLevel)
    }
}
