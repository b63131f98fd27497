import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// What may change in power levels. Bob has level 40 unless a scenario says otherwise.
struct PowerLevelScenarios {
    private func expect(
        _ rule: Rule,
        in version: RoomVersion,
        level: Int64 = 40,
        before: TestJSON = [:],
        changes: KeyValuePairs<String, TestJSON?>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let room = try TestRoom.withBob(version, level: level, content: before)
        let event = try room.powerLevels(by: .bob, changes: changes)
        room.expect(rule, for: event, sourceLocation: sourceLocation)
    }

    @Test(arguments: RoomVersion.published())
    func `the first power levels are free`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        room.forget(.powerLevels)
        let event = try room.powerLevels(by: .alice, changes: ["ban": 1000, "users": ["@bob:b": 1000]])
        room.expect(.powerLevelsFirst, for: event)
    }

    @Test(arguments: RoomVersion.published())
    func `adding a level within one's own is allowed`(version: RoomVersion) throws {
        try expect(.powerLevelsAllow, in: version, changes: ["ban": 30])
    }

    @Test(arguments: RoomVersion.published())
    func `adding or removing a level above one's own is denied, be it the default`(version: RoomVersion) throws {
        try expect(.powerLevelsLevelNewAbove, in: version, changes: ["ban": 50])
        try expect(.powerLevelsLevelCurrentAbove, in: version, before: ["ban": 50], changes: ["ban": nil])
    }

    @Test(arguments: RoomVersion.published())
    func `removing a level within one's own is allowed, although the default is above`(version: RoomVersion) throws {
        try expect(.powerLevelsAllow, in: version, before: ["ban": 30], changes: ["ban": nil])
    }

    @Test(arguments: RoomVersion.published())
    func `event levels are held against one's own`(version: RoomVersion) throws {
        try expect(.powerLevelsEventsNewAbove, in: version, changes: ["events": ["foo": 50]])
        try expect(
            .powerLevelsEventsCurrentAbove,
            in: version,
            before: ["events": ["foo": 50]],
            changes: ["events": [:]]
        )
        try expect(
            .powerLevelsEventsCurrentAbove,
            in: version,
            before: ["events": ["foo": 50]],
            changes: ["events": nil]
        )
    }

    @Test(arguments: RoomVersion.published())
    func `notification levels are protected since v6`(version: RoomVersion) throws {
        let isProtected = RoomVersion.published(from: .v6).contains(version)
        try expect(
            isProtected ? .powerLevelsNotificationsCurrentAbove : .powerLevelsAllow,
            in: version,
            before: ["notifications": ["room": 50]],
            changes: ["notifications": ["room": 0]]
        )
        try expect(
            .powerLevelsAllow,
            in: version,
            before: ["notifications": ["room": 40]],
            changes: ["notifications": ["room": 0]]
        )
    }

    private static let changesOfCarol: [(before: Int64?, after: Int64?, rule: Rule)] = [
        (40, 0, .powerLevelsUsersCurrentNotBelow), (40, nil, .powerLevelsUsersCurrentNotBelow),
        (39, 40, .powerLevelsAllow), (nil, 41, .powerLevelsUsersNewAbove), (39, nil, .powerLevelsAllow),
        (nil, 40, .powerLevelsAllow),
    ]

    @Test(arguments: RoomVersion.published(), changesOfCarol)
    func `others' levels are changed below one's own, up to one's own`(
        version: RoomVersion,
        carol: (before: Int64?, after: Int64?, rule: Rule)
    ) throws {
        let others: TestJSON = version == .v12 ? ["@bob:b": 40] : ["@alice:a": 100, "@bob:b": 40]
        var room = try TestRoom.withBob(version, level: 40)
        try room.setPowerLevels(
            ["users": others.setting("@carol:a", to: carol.before.map { .level($0) }), "state_default": 0]
        )
        let after = others.setting("@carol:a", to: carol.after.map { .level($0) })
        try room.expect(carol.rule, for: room.powerLevels(by: .bob, changes: ["users": after]))
    }

    @Test(arguments: RoomVersion.published())
    func `users lower their own level, and do not raise it`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 40)
        let changes: [(TestJSON?, Rule)] = [
            (nil, .powerLevelsAllow), (0, .powerLevelsAllow), (41, .powerLevelsUsersNewAbove),
        ]
        for (level, rule) in changes {
            let users = room.levels([.alice: 100]).setting("@bob:b", to: level)
            try room.expect(rule, for: room.powerLevels(by: .bob, changes: ["users": users]))
        }
    }

    @Test(arguments: RoomVersion.published())
    func `the default level of users is not raised above one's own`(version: RoomVersion) throws {
        try expect(.powerLevelsLevelNewAbove, in: version, before: ["users_default": 0], changes: ["users_default": 41])
    }

    @Test(arguments: RoomVersion.published())
    func `power levels under another state key are held against the room's`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 100)
        let content: TestJSON = ["users": room.levels([.alice: 100, .bob: 1000]), "state_default": 0]
        try room.expect(
            .powerLevelsUsersNewAbove,
            for: room.event(.powerLevels, by: .bob, stateKey: "x", content: content)
        )
    }

    @Test(arguments: [TestJSON.array([]), ["@bob:b"]])
    func `no creator is listed since v12`(additional: TestJSON) throws {
        let content: TestJSON = ["additional_creators": additional]
        var room = try TestRoom.furnished(.v12, content: content)
        let isBobCreator = room.create.content["additional_creators"]?.array?.isEmpty == false
        let alice = try room.powerLevels(by: .alice, changes: ["users": ["@alice:a": 100]])
        let bob = try room.powerLevels(by: .alice, changes: ["users": ["@bob:b": 100]])
        room.expect(.powerLevelsCreatorListed, for: alice)
        room.expect(isBobCreator ? .powerLevelsCreatorListed : .powerLevelsAllow, for: bob)
        room.forget(.powerLevels)
        let first = try room.powerLevels(by: .alice, changes: ["users": ["@alice:a": 100]])
        room.expect(.powerLevelsCreatorListed, for: first)
    }

    @Test
    func `creators stand above every level and not above each other`() throws {
        var room = try TestRoom.furnished(.v12, content: ["additional_creators": ["@carol:a"]])
        try room.join(.bob)
        try room.join(.carol)
        try room.setPowerLevels(["users": ["@bob:b": 9_007_199_254_740_991]])
        try room.expect(.memberLeaveKick, for: room.membership("leave", of: .bob, by: .alice))
        try room.expect(.memberLeavePower, for: room.membership("leave", of: .alice, by: .bob))
        try room.expect(.memberLeavePower, for: room.membership("leave", of: .carol, by: .alice))
        try room.expect(.memberLeaveKick, for: room.membership("leave", of: .bob, by: .carol))
        let users: TestJSON = ["@bob:b": 1]
        try room.expect(.powerLevelsAllow, for: room.powerLevels(by: .carol, changes: ["users": users]))
    }
}
