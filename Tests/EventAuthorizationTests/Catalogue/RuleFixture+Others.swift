import EventAuthorization
import EventTestSupport
import MatrixEvents

extension RuleFixture {
    static let others: [RuleFixture] = [
        .room(.statePowerLevelsMalformed) { room in
            try room.setPowerLevels(["events_default": "many"])
            return try room.message(by: .alice)
        },
        .room(.senderNotJoined) { try $0.message(by: .bob) },
        .room(.thirdPartyInviteAllow) { try $0.event(.thirdPartyInvite, by: .alice, stateKey: "token") },
        .room(.thirdPartyInvitePower) { room in
            try room.admitBob(content: ["invite": 50])
            return try room.event(.thirdPartyInvite, by: .bob, stateKey: "token")
        },
        .room(.powerRequiredLevel) { room in
            try room.join(.bob)
            return try room.topic(by: .bob)
        },
        .room(.stateKeyForeignUser) { try $0.event("org.example.custom", by: .alice, stateKey: "@bob:b") },
        .room(.redactionPower) { try $0.redaction(of: "$event:b", by: .alice) },
        .room(.redactionSameDomain) { room in
            try room.join(.bob)
            return try room.redaction(of: "$event:b", by: .bob)
        },
        .room(.redactionDenied) { room in
            try room.join(.bob)
            return try room.redaction(of: "$event:a", by: .bob)
        },
        .room(.allowDefault) { try $0.message(by: .alice) },
    ]

    static let powerLevels: [RuleFixture] = [
        .room(.powerLevelsFieldNotInteger) { try $0.powerLevels(by: .alice, changes: ["ban": "50"]) },
        .room(.powerLevelsMapNotInteger) { try $0.powerLevels(by: .alice, changes: ["events": []]) },
        .room(.powerLevelsUsersInvalid) { try $0.powerLevels(by: .alice, changes: ["users": ["bob": 1]]) },
        .room(.powerLevelsCreatorListed) { try $0.powerLevels(by: .alice, changes: ["users": ["@alice:a": 1]]) },
        .room(.powerLevelsFirst) { room in
            room.forget(.powerLevels)
            return try room.powerLevels(by: .alice, changes: ["ban": 1000])
        },
        .room(.powerLevelsMalformed) { try $0.powerLevels(by: .alice, changes: ["ban": "many"]) },
        .bobsPowerLevels(.powerLevelsLevelCurrentAbove, content: ["ban": 60], changes: ["ban": 40]),
        .bobsPowerLevels(.powerLevelsLevelNewAbove, changes: ["ban": 60]),
        .bobsPowerLevels(
            .powerLevelsEventsCurrentAbove,
            content: ["events": ["x": 60, "m.room.power_levels": 0]],
            changes: ["events": ["m.room.power_levels": 0]]
        ),
        .bobsPowerLevels(
            .powerLevelsNotificationsCurrentAbove,
            content: ["notifications": ["room": 60]],
            changes: ["notifications": nil]
        ),
        .bobsPowerLevels(.powerLevelsEventsNewAbove, changes: ["events": ["x": 60]]),
        .bobsPowerLevels(.powerLevelsNotificationsNewAbove, changes: ["notifications": ["room": 60]]),
        .room(.powerLevelsUsersCurrentNotBelow) { room in
            try room.join(.bob)
            try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 50, .carol: 50])])
            let users = room.levels([.alice: 100, .bob: 50, .carol: 40])
            return try room.powerLevels(by: .bob, changes: ["users": users])
        },
        .room(.powerLevelsUsersNewAbove) { room in
            try room.admitBob(level: 50)
            let users = room.levels([.alice: 100, .bob: 51])
            return try room.powerLevels(by: .bob, changes: ["users": users])
        },
        .bobsPowerLevels(.powerLevelsAllow, changes: ["ban": 40]),
    ]

    /// Bob, at level 50, changes power levels that have `content`.
    private static func bobsPowerLevels(
        _ rule: Rule,
        content: TestJSON = [:],
        changes: KeyValuePairs<String, TestJSON?>
    ) -> RuleFixture {
        .room(rule) { room in
            try room.admitBob(level: 50, content: content)
            return try room.powerLevels(by: .bob, changes: changes)
        }
    }
}

extension TestRoom {
    /// A redaction of the event with the id `id`, which room versions 1 to 10 name beside the content.
    func redaction(of id: String?, by sender: UserID) throws -> Event {
        var template = try template(.redaction, by: sender)
        template.extraKeys["redacts"] = id.map { .string($0) }
        return try template.event()
    }
}
