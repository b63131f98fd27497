import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// How levels are written.
struct LevelGrammarScenarios {
    @Test(arguments: RoomVersion.published(), [TestJSON.array([]), "x", 5, ["bob": 1], ["@bob": 1], ["@b:*": 1]])
    func `users is an object of user ids`(version: RoomVersion, users: TestJSON) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.powerLevelsUsersInvalid, for: room.powerLevels(by: .alice, changes: ["users": users]))
    }

    @Test(arguments: RoomVersion.published())
    func `users may be absent`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let event = try room.powerLevels(by: .alice, changes: ["users": nil])
        room.expect(.powerLevelsAllow, for: event)
    }

    @Test(arguments: RoomVersion.published(), ["50", "+50", " 0050 "])
    func `levels may be strings until v9`(version: RoomVersion, level: String) throws {
        let room = try TestRoom.furnished(version)
        let isKnown = RoomVersion.published(to: .v9).contains(version)
        let field = try room.powerLevels(by: .alice, changes: ["ban": .string(level)])
        room.expect(isKnown ? .powerLevelsAllow : .powerLevelsFieldNotInteger, for: field)
        let events = try room.powerLevels(by: .alice, changes: ["events": ["x": .string(level)]])
        room.expect(isKnown ? .powerLevelsAllow : .powerLevelsMapNotInteger, for: events)
        let users = room.levels([.alice: 100, .bob: .string(level)])
        let user = try room.powerLevels(by: .alice, changes: ["users": users])
        room.expect(isKnown ? .powerLevelsAllow : .powerLevelsUsersInvalid, for: user)
    }

    @Test(arguments: RoomVersion.published(to: .v9), ["", "-", "5 5", "1_0", "１０", "0x10", "5.0", "++1", "\u{A0}5"])
    func `a string that is no integer is no level`(version: RoomVersion, level: String) throws {
        let room = try TestRoom.furnished(version)
        let users = room.levels([.alice: 100, .bob: .string(level)])
        try room.expect(.powerLevelsUsersInvalid, for: room.powerLevels(by: .alice, changes: ["users": users]))
        try room.expect(.powerLevelsMalformed, for: room.powerLevels(by: .alice, changes: ["ban": .string(level)]))
    }

    @Test(arguments: RoomVersion.published(to: .v5), ["50.57", "5.057e1", "50.999999999999999"])
    func `a fraction loses what follows the point until v5`(version: RoomVersion, level: String) throws {
        let expected: Int64 = level == "50.999999999999999" ? 51 : 50
        for (required, rule) in [(expected, Rule.allowDefault), (expected + 1, .powerRequiredLevel)] {
            var room = try TestRoom.furnished(version)
            try room.join(.bob)
            try room.setPowerLevels(["users": ["@bob:b": .raw(level)], "state_default": .level(required)])
            try room.expect(rule, for: room.topic(by: .bob))
        }
    }

    @Test(arguments: RoomVersion.published(from: .v6), ["50.57", "5e1", "-0", "9007199254740992"])
    func `a number that is no canonical integer is no event since v6`(version: RoomVersion, level: String) throws {
        let room = try TestRoom.furnished(version)
        let event = try room.powerLevels(by: .alice, changes: ["ban": .raw(level)])
        let violation = try #require(throws: FormatViolation.self) { try event.checkFormat() }
        #expect(violation.rule == .canonicalJSON)
    }

    @Test(arguments: RoomVersion.published(to: .v5), ["1e400", "-1e400"])
    func `a number past every double is no level`(version: RoomVersion, level: String) throws {
        let room = try TestRoom.furnished(version)
        let users = room.levels([.alice: 100, .bob: .raw(level)])
        try room.expect(.powerLevelsUsersInvalid, for: room.powerLevels(by: .alice, changes: ["users": users]))
    }

    @Test(arguments: RoomVersion.published(to: .v5))
    func `levels have any size until v5`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        for (bob, required, rule) in [
            ("9223372036854775808", "9223372036854775807", Rule.allowDefault),
            ("9223372036854775807", "9223372036854775808", .powerRequiredLevel),
            ("1e300", "99999999999999999999999999999999", .allowDefault),
            ("-99999999999999999999", "-99999999999999999998", .powerRequiredLevel),
            ("1e20", "100000000000000000000", .allowDefault),
            ("1e20", "\"100000000000000000001\"", .powerRequiredLevel),
        ] {
            try room.setPowerLevels(["users": ["@bob:b": .raw(bob)], "state_default": .raw(required)])
            try room.expect(rule, for: room.topic(by: .bob))
        }
    }

    @Test(arguments: RoomVersion.published(), [true, false])
    func `a truth value is no level`(version: RoomVersion, value: Bool) throws {
        let room = try TestRoom.furnished(version)
        let isIntegerOnly = RoomVersion.published(from: .v10).contains(version)
        let json = TestJSON(booleanLiteral: value)
        let users = room.levels([.alice: 100, .bob: json])
        try room.expect(.powerLevelsUsersInvalid, for: room.powerLevels(by: .alice, changes: ["users": users]))
        try room.expect(
            isIntegerOnly ? .powerLevelsFieldNotInteger : .powerLevelsMalformed,
            for: room.powerLevels(by: .alice, changes: ["kick": json])
        )
    }

    @Test(arguments: RoomVersion.published(to: .v5))
    func `levels written differently are no change`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 40, content: ["ban": "50", "kick": .raw("50.9")])
        let event = try room.powerLevels(by: .bob, changes: ["ban": 50, "kick": 50])
        room.expect(.powerLevelsAllow, for: event)
    }

    @Test(arguments: RoomVersion.published(to: .v9))
    func `a level that cannot be read denies what needs it, and nothing else`(version: RoomVersion) throws {
        let room = try TestRoom.withBob(version, level: 50, content: ["ban": "many"])
        try room.expect(.allowDefault, for: room.topic(by: .bob))
        try room.expect(.statePowerLevelsMalformed, for: room.membership("ban", of: .carol, by: .bob))
    }

    @Test(arguments: RoomVersion.published())
    func `a null level is absent until v9`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let isAbsent = RoomVersion.published(to: .v9).contains(version)
        let event = try room.powerLevels(by: .alice, changes: ["ban": .raw("null")])
        room.expect(isAbsent ? .powerLevelsAllow : .powerLevelsFieldNotInteger, for: event)
    }
}
