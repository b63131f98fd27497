import CanonicalJSON

/// Which parts of an event survive its redaction (Matrix specification, room versions, "Redactions").
package struct RedactionRules: Sendable {
    /// Until v5: `aliases` of m.room.aliases.
    package var keepsAliases = true
    /// Since v8: `allow` of m.room.join_rules.
    package var keepsJoinRulesAllow = false
    /// Since v9: `join_authorised_via_users_server` of m.room.member.
    package var keepsAuthorisingUser = false
    /// Since v11: all of m.room.create, `invite` of m.room.power_levels, `redacts` of m.room.redaction, the signed part
    /// of a third-party invite; no longer the top-level `origin`, `membership` and `prev_state`.
    package var isOfVersion11 = false

    package init() {}

    func keepsTopLevel(_ key: Span<UInt8>) -> Bool {
        switch true {
        case key == "event_id", key == "type", key == "room_id", key == "sender", key == "state_key",
            key == "content", key == "hashes", key == "signatures", key == "depth", key == "prev_events",
            key == "auth_events", key == "origin_server_ts":
            true
        case key == "prev_state", key == "origin", key == "membership":
            !isOfVersion11
        default:
            false
        }
    }

    func keepsContent(_ key: Span<UInt8>, of type: EventType) -> Bool {
        switch type {
        case .create: isOfVersion11 || key == "creator"
        case .member: keepsMemberContent(key)
        case .joinRules: key == "join_rule" || (keepsJoinRulesAllow && key == "allow")
        case .powerLevels: keepsPowerLevelsContent(key)
        case .historyVisibility: key == "history_visibility"
        case .aliases: keepsAliases && key == "aliases"
        case .redaction: isOfVersion11 && key == "redacts"
        case .thirdPartyInvite, .policy, .other: false
        }
    }

    private func keepsMemberContent(_ key: Span<UInt8>) -> Bool {
        key == "membership" || (keepsAuthorisingUser && key == "join_authorised_via_users_server")
            || (isOfVersion11 && key == "third_party_invite")
    }

    private func keepsPowerLevelsContent(_ key: Span<UInt8>) -> Bool {
        key == "ban" || key == "events" || key == "events_default" || key == "kick" || key == "redact"
            || key == "state_default" || key == "users" || key == "users_default"
            || (isOfVersion11 && key == "invite")
    }
}

extension CanonicalWriter {
    /// Writes what is left of `event` after redaction, without the top-level keys for which `isOmitted` holds.
    mutating func writeRedacted(
        _ event: JSONObject,
        of type: EventType,
        by rules: RedactionRules,
        omitting isOmitted: (Span<UInt8>) -> Bool = { _ in false }
    ) {
        writeObject(event) { key in
            rules.keepsTopLevel(key) && !isOmitted(key)
        } rewriting: { key in
            key == "content"
        } by: { writer, value in
            guard let content = value.object else { return writer.write(value) }
            writer.writeRedactedContent(content, of: type, by: rules)
        }
    }

    private mutating func writeRedactedContent(_ content: JSONObject, of type: EventType, by rules: RedactionRules) {
        // Since v11: an invite keeps `third_party_invite`, where it is an object, reduced to its `signed`.
        let invite = type == .member ? content["third_party_invite"] : nil
        let dropsInvite = invite.map { $0.object == nil } ?? false
        writeObject(content) { key in
            rules.keepsContent(key, of: type) && !(dropsInvite && key == "third_party_invite")
        } rewriting: { key in
            type == .member && key == "third_party_invite"
        } by: { writer, value in
            guard let invite = value.object else { return writer.write(value) }
            writer.writeObject(invite, where: { $0 == "signed" })
        }
    }
}
