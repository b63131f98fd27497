import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    func decideDraftOtherEvent() throws(Decision) -> Never {
        try reject(
            .draftOtherNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let level = try senderLevel()
        let required = try requiredLevel()
        let comparison: Comparison = [
            "sender": .user(event.sender), "level": .level(level), "required": .level(required),
            "type": .type(event.type),
        ]
        try reject(.draftOtherPower, if: level < required, comparing: comparison, reading: levelParts)
        if event.type == .redaction {
            let redactLevel = try self.level(.redact)
            try reject(
                .draftRedactionPower,
                if: level < redactLevel,
                comparing: ["level": .level(level), "redact": .level(redactLevel)],
                reading: levelParts
            )
        }
        if event.type == .powerLevels { try checkDraftPowerLevels(level) }
        try allow(.draftAllow, comparing: comparison, reading: levelParts.union(.sender))
    }

    /// "Up to their own power level": equal ones may be changed.
    private func checkDraftPowerLevels(_ level: PowerLevel) throws(Decision) {
        let proposed = PowerLevelsContent(event, grammar: event.roomVersion.levelGrammar)
        let invalid = proposed.firstInvalidUser(since: powerLevels)
        try reject(
            .draftPowerLevelsUsersInvalid,
            if: invalid != nil,
            comparing: ["path": .text(invalid.map { UTF8Text($0.path) }), "value": invalid.value]
        )
        guard let current = powerLevels else { return }
        let changes = PowerLevelChanges(from: current, to: proposed)
        var all: [PowerLevelChange] = []
        for field in PowerLevelsContent.Field.allCases where field != .invite {
            all += try readChange(unreadable: .draftPowerLevelsUsersInvalid) {
                () throws(PowerLevelChanges.Unreadable) in
                try changes.change(of: field).map { [$0] } ?? []
            }
        }
        for map in [PowerLevelsContent.Map.users, .events] {
            all += try readChange(unreadable: .draftPowerLevelsUsersInvalid) {
                () throws(PowerLevelChanges.Unreadable) in
                try changes.changes(in: map)
            }
        }
        let offender = all.first { $0.isCurrentAbove(level) || $0.isNewAbove(level) }
        try reject(
            .draftPowerLevelsAboveOwn,
            if: offender != nil,
            comparing: [
                "key": .text(offender?.key), "from": .level(offender?.current), "to": .level(offender?.new),
                "level": .level(level),
            ],
            reading: levelParts.union(.powerLevels)
        )
    }
}
