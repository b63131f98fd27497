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
        self =
            switch true {
            case text == Name.member: .member
            case text == Name.powerLevels: .powerLevels
            case text == Name.create: .create
            case text == Name.joinRules: .joinRules
            case text == Name.thirdPartyInvite: .thirdPartyInvite
            case text == Name.redaction: .redaction
            case text == Name.aliases: .aliases
            case text == Name.historyVisibility: .historyVisibility
            case text == Name.policy: .policy
            default: .other(text)
            }
    }

    package var text: UTF8Text {
        switch self {
        case .create: Text.create
        case .member: Text.member
        case .powerLevels: Text.powerLevels
        case .joinRules: Text.joinRules
        case .thirdPartyInvite: Text.thirdPartyInvite
        case .redaction: Text.redaction
        case .aliases: Text.aliases
        case .historyVisibility: Text.historyVisibility
        case .policy: Text.policy
        case .other(let text): text
        }
    }

    /// The same type in memory of its own, so that it does not keep an event in memory.
    package func detached() -> EventType {
        if case .other(let text) = self { .other(text.detached()) } else { self }
    }

    private enum Name {
        static let create: StaticString = "m.room.create"
        static let member: StaticString = "m.room.member"
        static let powerLevels: StaticString = "m.room.power_levels"
        static let joinRules: StaticString = "m.room.join_rules"
        static let thirdPartyInvite: StaticString = "m.room.third_party_invite"
        static let redaction: StaticString = "m.room.redaction"
        static let aliases: StaticString = "m.room.aliases"
        static let historyVisibility: StaticString = "m.room.history_visibility"
        static let policy: StaticString = "m.room.policy"
    }

    private enum Text {
        static let create = UTF8Text(Name.create.description)
        static let member = UTF8Text(Name.member.description)
        static let powerLevels = UTF8Text(Name.powerLevels.description)
        static let joinRules = UTF8Text(Name.joinRules.description)
        static let thirdPartyInvite = UTF8Text(Name.thirdPartyInvite.description)
        static let redaction = UTF8Text(Name.redaction.description)
        static let aliases = UTF8Text(Name.aliases.description)
        static let historyVisibility = UTF8Text(Name.historyVisibility.description)
        static let policy = UTF8Text(Name.policy.description)
    }
}

/// The place of an event in a room's state.
package struct StateKey: Hashable, Sendable {
    package let type: EventType
    package let key: UTF8Text

    package init(_ type: EventType, _ key: UTF8Text = .empty) {
        self.type = type
        self.key = key
    }

    /// The same place in memory of its own, so that it does not keep an event in memory.
    package func detached() -> StateKey { StateKey(type.detached(), key.detached()) }

    /// Bytes on the heap that the place keeps, where it is ``detached()``.
    package var textByteCount: Int {
        let typeCount =
            if case .other(let text) = type { HeapSize.ofArray(of: UInt8.self, count: text.count) } else { 0 }
        return typeCount + HeapSize.ofArray(of: UInt8.self, count: key.count)
    }
}

extension EventType: CustomStringConvertible {
    package var description: String { text.string }
}

extension StateKey: CustomStringConvertible {
    package var description: String { "(\(type), \"\(key)\")" }
}
