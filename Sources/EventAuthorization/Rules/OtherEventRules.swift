import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    /// Everything but creations, memberships and, until v5, aliases.
    func decideOtherEvent() throws(Decision) -> Never {
        try reject(
            .senderNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let level = try senderLevel()
        if event.type == .thirdPartyInvite { try decideThirdPartyInviteOffer(level) }
        let required = try requiredLevel()
        try reject(
            .powerRequiredLevel,
            if: required > level,
            comparing: ["level": .level(level), "required": .level(required), "type": .type(event.type)],
            reading: levelParts
        )
        try reject(
            .stateKeyForeignUser,
            if: isKeyedByAnotherUser,
            comparing: ["state_key": .text(event.stateKey), "sender": .user(event.sender)]
        )
        if event.type == .powerLevels { try decidePowerLevels(senderLevel: level) }
        if rules.redactionsNeedPower, event.type == .redaction { try decideRedaction(level) }
        try allow(
            .allowDefault,
            comparing: [
                "sender": .user(event.sender), "level": .level(level), "required": .level(required),
                "type": .type(event.type),
            ],
            reading: levelParts.union(.sender)
        )
    }

    /// m.room.third_party_invite needs the power to invite, and nothing else.
    private func decideThirdPartyInviteOffer(_ level: PowerLevel) throws(Decision) -> Never {
        let inviteLevel = try self.level(.invite)
        let comparison: Comparison = ["level": .level(level), "invite": .level(inviteLevel)]
        try allow(.thirdPartyInviteAllow, if: level >= inviteLevel, comparing: comparison, reading: levelParts)
        try reject(.thirdPartyInvitePower, comparing: comparison, reading: levelParts)
    }

    private var isKeyedByAnotherUser: Bool {
        guard let stateKey = event.stateKey else { return false }
        return stateKey[0] == UInt8(ascii: "@") && stateKey != event.sender.text
    }

    /// Until v2: moderators redact anything, and everybody what their own server made.
    func decideRedaction(_ level: PowerLevel) throws(Decision) -> Never {
        let redactLevel = try self.level(.redact)
        try allow(
            .redactionPower,
            if: level >= redactLevel,
            comparing: ["level": .level(level), "redact": .level(redactLevel)],
            reading: levelParts
        )
        let redacted = event.json["redacts"]?.text
        let server = redacted.flatMap { EventID($0).serverName }
        try allow(
            .redactionSameDomain,
            if: server != nil && server == event.id.serverName,
            comparing: ["event_id": .text(event.id.text), "redacts": .text(redacted)]
        )
        try reject(
            .redactionDenied,
            comparing: [
                "level": .level(level), "redact": .level(redactLevel), "event_id": .text(event.id.text),
                "redacts": .text(redacted),
            ],
            reading: levelParts
        )
    }
}
