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
        self = Self.named.first { $0.text == text }?.type ?? .other(text)
    }

    package var text: UTF8Text {
        if case .other(let text) = self { return text }
        guard let named = Self.named.first(where: { $0.type == self }) else {
            preconditionFailure("Every type but others has a name")
        }
        return named.text
    }

    private static let named: [(type: EventType, text: UTF8Text)] = [
        (.member, UTF8Text("m.room.member")),
        (.powerLevels, UTF8Text("m.room.power_levels")),
        (.create, UTF8Text("m.room.create")),
        (.joinRules, UTF8Text("m.room.join_rules")),
        (.thirdPartyInvite, UTF8Text("m.room.third_party_invite")),
        (.redaction, UTF8Text("m.room.redaction")),
        (.aliases, UTF8Text("m.room.aliases")),
        (.historyVisibility, UTF8Text("m.room.history_visibility")),
        (.policy, UTF8Text("m.room.policy")),
    ]
}

/// The place of an event in a room's state.
package struct StateKey: Hashable, Sendable {
    package let type: EventType
    package let key: UTF8Text

    package init(_ type: EventType, _ key: UTF8Text = .empty) {
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
