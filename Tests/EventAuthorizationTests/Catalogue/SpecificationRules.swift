import EventAuthorization
import MatrixEvents

/// The rules as RULES.md lists them, read there and not from the catalogue: id, verdict, the rule sets that have the
/// rule, and its number from each set on in which it changes.
enum SpecificationRules {
    struct Entry {
        let verdict: Decision.Verdict
        /// The number in each version that has the rule; `nil` for a rule under no number.
        let numbers: [RoomVersion: String?]
    }

    static let entries: [String: Entry] = Dictionary(
        uniqueKeysWithValues: text.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            let verdict = Decision.Verdict(rawValue: words[1]) ?? .deny
            return (words[0], Entry(verdict: verdict, numbers: numbers(sets: words[2], references: words.dropFirst(3))))
        }
    )

    /// The versions that have `rule`.
    static func versions(with rule: Rule) -> [RoomVersion] {
        let entry = entries[rule.rawValue]
        return RoomVersion.allCases.filter { entry?.numbers.keys.contains($0) ?? false }
    }

    private static let versionsOfSets: [Character: [RoomVersion]] = [
        "A": [.v1, .v2], "B": [.v3, .v4, .v5], "C": [.v6], "D": [.v7], "E": [.v8, .v9], "F": [.v10], "G": [.v11],
        "H": [.v12], "d": [.draft2014],
    ]

    private static func numbers(sets: String, references: ArraySlice<String>) -> [RoomVersion: String?] {
        var numbers: [RoomVersion: String?] = [:]
        var current: String?
        for set in "ABCDEFGHd" {
            if set == "d" { current = nil }
            if let reference = references.first(where: { $0.first == set }) { current = String(reference.dropFirst()) }
            guard sets.contains(set) else { continue }
            for version in versionsOfSets[set] ?? [] { numbers.updateValue(current, forKey: version) }
        }
        return numbers
    }

    private static let text = """
        create.prev_events deny ABCDEFGH A1.1
        create.room_id_domain deny ABCDEFG A1.2
        create.has_room_id deny H H1.2
        create.room_version_unknown deny ABCDEFGH A1.3
        create.creator_missing deny ABCDEF A1.4
        create.additional_creators_invalid deny H H1.4
        create.allow allow ABCDEFGH A1.5 G1.4 H1.5
        room.create_unknown deny H H2
        auth_events.duplicate deny ABCDEFGH A2.1 H3.1
        auth_events.unexpected deny ABCDEFGH A2.2 H3.2
        auth_events.rejected deny ABCDEFGH A2.3 H3.3
        auth_events.no_create deny ABCDEFG A2.4
        auth_events.wrong_room deny ABCDEFGH A2.5 H3.4
        federate.denied deny ABCDEFGH A3 H4
        federate.malformed deny ABCDEFGH A3 H4
        state.power_levels.malformed deny ABCDEFGHd
        aliases.no_state_key deny AB A4.1
        aliases.domain_mismatch deny AB A4.2
        aliases.allow allow AB A4.3
        member.malformed deny ABCDEFGH A5.1 C4.1 E4.1 H5.1
        member.authorised_via.unsigned deny EFGH E4.2.1 H5.2.1
        member.join.creator allow ABCDEFGH A5.2.1 C4.2.1 E4.3.1 H5.3.1
        member.join.sender_mismatch deny ABCDEFGH A5.2.2 C4.2.2 E4.3.2 H5.3.2
        member.join.banned deny ABCDEFGH A5.2.3 C4.2.3 E4.3.3 H5.3.3
        member.join.invited allow ABCDEFGH A5.2.4 C4.2.4 E4.3.4 H5.3.4
        member.join.restricted.member allow EFGH E4.3.5.1 H5.3.5.1
        member.join.restricted.unauthorised deny EFGH E4.3.5.2 H5.3.5.2
        member.join.restricted.authorised allow EFGH E4.3.5.3 H5.3.5.3
        member.join.public allow ABCDEFGH A5.2.5 C4.2.5 E4.3.6 H5.3.6
        member.join.forbidden deny ABCDEFGH A5.2.6 C4.2.6 E4.3.7 H5.3.7
        member.invite.3p.banned deny ABCDEFGH A5.3.1.1 C4.3.1.1 E4.4.1.1 H5.4.1.1
        member.invite.3p.no_signed deny ABCDEFGH A5.3.1.2 C4.3.1.2 E4.4.1.2 H5.4.1.2
        member.invite.3p.malformed deny ABCDEFGH A5.3.1.3 C4.3.1.3 E4.4.1.3 H5.4.1.3
        member.invite.3p.mxid deny ABCDEFGH A5.3.1.4 C4.3.1.4 E4.4.1.4 H5.4.1.4
        member.invite.3p.unknown_token deny ABCDEFGH A5.3.1.5 C4.3.1.5 E4.4.1.5 H5.4.1.5
        member.invite.3p.sender deny ABCDEFGH A5.3.1.6 C4.3.1.6 E4.4.1.6 H5.4.1.6
        member.invite.3p.signed allow ABCDEFGH A5.3.1.7 C4.3.1.7 E4.4.1.7 H5.4.1.7
        member.invite.3p.bad_signature deny ABCDEFGH A5.3.1.8 C4.3.1.8 E4.4.1.8 H5.4.1.8
        member.invite.sender_not_joined deny ABCDEFGH A5.3.2 C4.3.2 E4.4.2 H5.4.2
        member.invite.target deny ABCDEFGH A5.3.3 C4.3.3 E4.4.3 H5.4.3
        member.invite.allow allow ABCDEFGH A5.3.4 C4.3.4 E4.4.4 H5.4.4
        member.invite.power deny ABCDEFGH A5.3.5 C4.3.5 E4.4.5 H5.4.5
        member.leave.self allow ABCDEFGH A5.4.1 C4.4.1 E4.5.1 H5.5.1
        member.leave.self_not_member deny ABCDEFGH A5.4.1 C4.4.1 E4.5.1 H5.5.1
        member.leave.sender_not_joined deny ABCDEFGH A5.4.2 C4.4.2 E4.5.2 H5.5.2
        member.leave.unban_power deny ABCDEFGH A5.4.3 C4.4.3 E4.5.3 H5.5.3
        member.leave.kick allow ABCDEFGH A5.4.4 C4.4.4 E4.5.4 H5.5.4
        member.leave.power deny ABCDEFGH A5.4.5 C4.4.5 E4.5.5 H5.5.5
        member.ban.sender_not_joined deny ABCDEFGH A5.5.1 C4.5.1 E4.6.1 H5.6.1
        member.ban.allow allow ABCDEFGH A5.5.2 C4.5.2 E4.6.2 H5.6.2
        member.ban.power deny ABCDEFGH A5.5.3 C4.5.3 E4.6.3 H5.6.3
        member.knock.join_rule deny DEFGH D4.6.1 E4.7.1 H5.7.1
        member.knock.sender_mismatch deny DEFGH D4.6.2 E4.7.2 H5.7.2
        member.knock.allow allow DEFGH D4.6.3 E4.7.3 H5.7.3
        member.knock.membership deny DEFGH D4.6.4 E4.7.4 H5.7.4
        member.unknown_membership deny ABCDEFGH A5.6 C4.6 D4.7 E4.8 H5.8
        sender.not_joined deny ABCDEFGH A6 C5 H6
        third_party_invite.allow allow ABCDEFGH A7.1 C6.1 H7.1
        third_party_invite.power deny ABCDEFGH A7.1 C6.1 H7.1
        power.required_level deny ABCDEFGH A8 C7 H8
        state_key.foreign_user deny ABCDEFGH A9 C8 H9
        power_levels.field_not_integer deny FGH F9.1 H10.1
        power_levels.map_not_integer deny FGH F9.2 H10.2
        power_levels.users_invalid deny ABCDEFGH A10.1 C9.1 F9.3 H10.3
        power_levels.creator_listed deny H H10.4
        power_levels.first allow ABCDEFGH A10.2 C9.2 F9.4 H10.5
        power_levels.malformed deny ABCDE
        power_levels.level.current_above deny ABCDEFGH A10.3.1 C9.3.1 F9.5.1 H10.6.1
        power_levels.level.new_above deny ABCDEFGH A10.3.2 C9.3.2 F9.5.2 H10.6.2
        power_levels.events.current_above deny ABCDEFGH A10.4 C9.4 F9.6 H10.7
        power_levels.notifications.current_above deny CDEFGH C9.4 F9.6 H10.7
        power_levels.events.new_above deny ABCDEFGH A10.5 C9.5 F9.7 H10.8
        power_levels.notifications.new_above deny CDEFGH C9.5 F9.7 H10.8
        power_levels.users.current_not_below deny ABCDEFGH A10.6 C9.6 F9.8 H10.9
        power_levels.users.new_above deny ABCDEFGH A10.7 C9.7 F9.9 H10.10
        power_levels.allow allow ABCDEFGH A10.8 C9.8 F9.10 H10.11
        redaction.power allow A A11.1
        redaction.same_domain allow A A11.2
        redaction.denied deny A A11.3
        allow.default allow ABCDEFGH A12 B11 C10 H11
        draft.policy.missing_signature deny d d1
        draft.policy.bad_signature deny d d1
        draft.policy.signed allow d d1
        draft.create.not_first deny d d2
        draft.create.first allow d d3
        draft.protocol.type deny d d4
        draft.protocol.duplicate deny d d5
        draft.protocol.wrong_room deny d d6
        draft.protocol.unauthorized deny d d7
        draft.protocol.no_create deny d d8
        draft.member.join.creator allow d d9
        draft.member.join.sender deny d d10
        draft.member.join.banned deny d d11
        draft.member.join.noop allow d d12
        draft.member.join.may_join allow d d13
        draft.member.join.public allow d d14
        draft.member.join.invited allow d d15
        draft.member.join.forbidden deny d d16
        draft.member.invite.sender_not_joined deny d d17
        draft.member.invite.join_rule deny d d18
        draft.member.invite.target_joined deny d d19
        draft.member.invite.target_banned deny d d20
        draft.member.invite.allow allow d d21
        draft.member.leave.self allow d d22
        draft.member.leave.self_not_member deny d d23
        draft.member.kick.sender_not_joined deny d d24
        draft.member.kick.unban_power deny d d25
        draft.member.kick.allow allow d d26
        draft.member.kick.power deny d d26
        draft.member.ban.sender_not_joined deny d d27
        draft.member.ban.allow allow d d28
        draft.member.ban.power deny d d28
        draft.member.unknown deny d d29
        draft.other.not_joined deny d d30
        draft.other.power deny d d31
        draft.redaction.power deny d d32
        draft.power_levels.users_invalid deny d d33
        draft.power_levels.above_own deny d d33
        draft.allow allow d d34
        """
}
