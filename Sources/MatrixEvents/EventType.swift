package import CanonicalJSON

/// The type of an event: those that rules name, and all others by their text.
package enum EventType: Hashable, Sendable {
    case create
    case member
    case powerLevels
    case joinRules
    case thirdPartyInvite
    case redaction
    case aliases
    case historyVisibility
    case policy
    case other(UTF8Text)

    package init(_ text: UTF8Text) {
        self = Self.named.first { text == $0.name }?.type ?? .other(text)
    }

    package var text: UTF8Text {
        if case .other(let text) = self { return text }
        let name = Self.named.first { $0.type == self }?.name ?? ""
        return UTF8Text(name.description)
    }

    private static let named: [(type: EventType, name: StaticString)] = [
        (.member, "m.room.member"),
        (.powerLevels, "m.room.power_levels"),
        (.create, "m.room.create"),
        (.joinRules, "m.room.join_rules"),
        (.thirdPartyInvite, "m.room.third_party_invite"),
        (.redaction, "m.room.redaction"),
        (.aliases, "m.room.aliases"),
        (.historyVisibility, "m.room.history_visibility"),
        (.policy, "m.room.policy"),
    ]
}

/// The place of an event in a room's state.
package struct StateKey: Hashable, Sendable {
    package let type: EventType
    package let key: UTF8Text

    package init(_ type: EventType, _ key: UTF8Text = UTF8Text("")) {
        self.type = type
        self.key = key
    }
}

extension EventType: CustomStringConvertible {
    package var description: String { text.string }
}

extension StateKey: CustomStringConvertible {
    package var description: String { "(\(type), \"\(key)\")" }
}
