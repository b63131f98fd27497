import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct CreateScenarios {
    private func expect(_ rule: Rule, for template: EventTemplate) throws {
        let event = try template.event()
        try TestRoom(version: template.roomVersion).expect(rule, for: event)
    }

    @Test(arguments: RoomVersion.published())
    func `a create event in order is allowed`(version: RoomVersion) throws {
        try expect(.createAllow, for: .create(version))
    }

    @Test(arguments: RoomVersion.published())
    func `a create event with a previous event is denied`(version: RoomVersion) throws {
        var template = EventTemplate.create(version)
        template.prevEvents = [try TestRoom(version: version).create]
        try expect(.createPrevEvents, for: template)
    }

    @Test(arguments: RoomVersion.published(to: .v11))
    func `a create event for a room of another domain is denied`(version: RoomVersion) throws {
        var template = EventTemplate.create(version, by: "@x:b")
        template.roomID = "!r:a"
        try expect(.createRoomIDDomain, for: template)
    }

    @Test(arguments: [TestJSON.string("!room:a"), nil])
    func `a create event with any room_id is denied since v12`(roomID: TestJSON) throws {
        var template = EventTemplate.create(.v12)
        template.extraKeys["room_id"] = roomID
        try expect(.createHasRoomID, for: template)
    }

    @Test(arguments: RoomVersion.published(), [TestJSON.string("999"), 5, nil, "draft-2014", ""])
    func `a create event that names no known version is denied`(version: RoomVersion, named: TestJSON) throws {
        try expect(.createRoomVersionUnknown, for: .create(version, content: ["room_version": named]))
    }

    @Test(arguments: RoomVersion.published())
    func `a create event that names no version makes a room of version 1`(version: RoomVersion) throws {
        var template = EventTemplate.create(version)
        template.content = template.content.setting("room_version", to: nil)
        try expect(.createAllow, for: template)
    }

    @Test(arguments: RoomVersion.published())
    func `a create event names the creator until v10`(version: RoomVersion) throws {
        var template = EventTemplate.create(version)
        template.content = template.content.setting("creator", to: nil)
        let isNeeded = RoomVersion.published(to: .v10).contains(version)
        try expect(isNeeded ? .createCreatorMissing : .createAllow, for: template)
    }

    @Test(arguments: RoomVersion.published(to: .v10), [TestJSON.raw("null"), 5, "nobody"])
    func `a creator that is no user is a creator all the same`(version: RoomVersion, creator: TestJSON) throws {
        try expect(.createAllow, for: .create(version, content: ["creator": creator]))
    }

    @Test(arguments: [TestJSON.string("@x:y"), ["x"], ["@x:y", 1], nil, [:], ["@x"], ["@x:*"]])
    func `additional creators are an array of user ids since v12`(creators: TestJSON) throws {
        try expect(.createAdditionalCreatorsInvalid, for: .create(.v12, content: ["additional_creators": creators]))
        try expect(.createAllow, for: .create(.v11, content: ["additional_creators": creators]))
    }

    @Test(arguments: [TestJSON.array([]), ["@x:y"], ["@:y"], ["@x:y", "@z:y"]])
    func `additional creators may be none, and have historical ids`(creators: TestJSON) throws {
        try expect(.createAllow, for: .create(.v12, content: ["additional_creators": creators]))
    }

    @Test(arguments: RoomVersion.published())
    func `a create event may cite events, which nothing forbids`(version: RoomVersion) throws {
        let other = try TestRoom(version: version, id: "other").create
        var template = EventTemplate.create(version)
        template.authEvents = [other]
        var room = try TestRoom(version: version)
        room.know(other)
        try room.expect(.createAllow, for: template.event())
    }
}
