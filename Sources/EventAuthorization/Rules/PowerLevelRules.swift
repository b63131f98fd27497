import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    /// Nobody grants, takes or protects more power than they have.
    func decidePowerLevels(senderLevel level: PowerLevel) throws(Decision) -> Never {
        let proposed = PowerLevelsContent(event, grammar: event.roomVersion.levelGrammar)
        if proposed.grammar == .integer { try checkIntegers(proposed) }
        let invalidUser = proposed.firstInvalidUser(since: powerLevels)
        try reject(
            .powerLevelsUsersInvalid,
            if: invalidUser != nil,
            comparing: ["path": .text(invalidUser.map { UTF8Text($0.path) }), "value": invalidUser.value]
        )
        if rules.creators == .senderAndAdditional { try checkCreatorsAreNotListed(proposed) }
        guard let current = powerLevels else { try allow(.powerLevelsFirst) }

        try checkFields(PowerLevelChanges(from: current, to: proposed), level)
        let events = try changes(of: .events, from: current, to: proposed)
        // Since v6: notification levels are protected like event levels.
        let notifications =
            rules.protectsNotifications ? try changes(of: .notifications, from: current, to: proposed) : []
        try reject(.powerLevelsEventsCurrentAbove, ifAny: events, have: { $0.isCurrentAbove(level) }, level)
        if rules.protectsNotifications {
            try reject(
                .powerLevelsNotificationsCurrentAbove,
                ifAny: notifications,
                have: { $0.isCurrentAbove(level) },
                level
            )
        }
        try reject(.powerLevelsEventsNewAbove, ifAny: events, have: { $0.isNewAbove(level) }, level)
        if rules.protectsNotifications {
            try reject(
                .powerLevelsNotificationsNewAbove,
                ifAny: notifications,
                have: { $0.isNewAbove(level) },
                level
            )
        }
        let users = try changes(of: .users, from: current, to: proposed)
        let sender = event.sender.text
        try reject(
            .powerLevelsUsersCurrentNotBelow,
            ifAny: users,
            have: { $0.key != sender && $0.isCurrentNotBelow(level) },
            level
        )
        try reject(.powerLevelsUsersNewAbove, ifAny: users, have: { $0.isNewAbove(level) }, level)
        try allow(.powerLevelsAllow, comparing: ["level": .level(level)], reading: levelParts.union(.powerLevels))
    }

    /// Since v10: levels are integers and nothing else.
    private func checkIntegers(_ proposed: PowerLevelsContent) throws(Decision) {
        let field = proposed.firstMalformedField
        try reject(
            .powerLevelsFieldNotInteger,
            if: field != nil,
            comparing: ["path": .text(field.map { UTF8Text($0.path) }), "value": field.value]
        )
        let entry = proposed.firstMalformedEntry(of: .events) ?? proposed.firstMalformedEntry(of: .notifications)
        try reject(
            .powerLevelsMapNotInteger,
            if: entry != nil,
            comparing: ["path": .text(entry.map { UTF8Text($0.path) }), "value": entry.value]
        )
    }

    /// Since v12: creators stand above all levels, and are not listed.
    private func checkCreatorsAreNotListed(_ proposed: PowerLevelsContent) throws(Decision) {
        let users = proposed.content["users"]?.object
        let creators = creators
        let listed = users?.first { creators.contains($0.key) }?.key
        try reject(
            .powerLevelsCreatorListed,
            if: listed != nil,
            comparing: ["user": .text(listed)],
            reading: .create
        )
    }

    private func checkFields(_ changes: PowerLevelChanges, _ level: PowerLevel) throws(Decision) {
        var offender: PowerLevelChange?
        for field in PowerLevelsContent.Field.allCases where offender == nil {
            let change = try readChange(unreadable: .powerLevelsMalformed) { () throws(PowerLevelChanges.Unreadable) in
                try changes.change(of: field)
            }
            if let change, change.isCurrentAbove(level) || change.isNewAbove(level) { offender = change }
        }
        let offenders = offender.map { [$0] } ?? []
        try reject(.powerLevelsLevelCurrentAbove, ifAny: offenders, have: { $0.isCurrentAbove(level) }, level)
        try reject(.powerLevelsLevelNewAbove, ifAny: offenders, have: { $0.isNewAbove(level) }, level)
    }

    private func changes(
        of map: PowerLevelsContent.Map,
        from current: PowerLevelsContent,
        to proposed: PowerLevelsContent
    ) throws(Decision) -> [PowerLevelChange] {
        let changes = PowerLevelChanges(from: current, to: proposed)
        return try readChange(unreadable: .powerLevelsMalformed) { () throws(PowerLevelChanges.Unreadable) in
            try changes.changes(in: map)
        }
    }

    func readChange<Value>(
        unreadable rule: Rule,
        _ read: () throws(PowerLevelChanges.Unreadable) -> Value
    ) throws(Decision) -> Value {
        do throws(PowerLevelChanges.Unreadable) {
            return try read()
        } catch {
            switch error {
            case .current(let malformed):
                return try readState { () throws(Malformed) in throw malformed }
            case .proposed(let malformed):
                try reject(
                    rule,
                    comparing: ["path": .text(UTF8Text(malformed.path)), "value": .json(malformed.value)]
                )
            }
        }
    }

    private func reject(
        _ rule: Rule,
        ifAny changes: [PowerLevelChange],
        have isOffence: (PowerLevelChange) -> Bool,
        _ level: PowerLevel
    ) throws(Decision) {
        let offender = changes.first(where: isOffence)
        try reject(
            rule,
            if: offender != nil,
            comparing: [
                "key": .text(offender?.key), "from": .level(offender?.current), "to": .level(offender?.new),
                "level": .level(level),
            ],
            reading: levelParts.union(.powerLevels)
        )
    }
}

extension PowerLevelsContent.Malformed? {
    var value: Comparison.Value { map { .json($0.value) } ?? .absent }
}

extension PowerLevelsContent {
    fileprivate var firstMalformedField: Malformed? {
        for field in Field.allCases {
            do throws(Malformed) { _ = try level(field) } catch { return error }
        }
        return nil
    }
}
