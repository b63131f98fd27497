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
        case .create: Name.create
        case .member: Name.member
        case .powerLevels: Name.powerLevels
        case .joinRules: Name.joinRules
        case .thirdPartyInvite: Name.thirdPartyInvite
        case .redaction: Name.redaction
        case .aliases: Name.aliases
        case .historyVisibility: Name.historyVisibility
        case .policy: Name.policy
        case .other(let text): text
        }
    }

    /// The same type in memory of its own, so that it does not keep an event in memory.
    package func detached() -> EventType {
        if case .other(let text) = self { .other(text.detached()) } else { self }
    }

    private enum Name {
        static let create = UTF8Text("m.room.create")
        static let member = UTF8Text("m.room.member")
        static let powerLevels = UTF8Text("m.room.power_levels")
        static let joinRules = UTF8Text("m.room.join_rules")
        static let thirdPartyInvite = UTF8Text("m.room.third_party_invite")
        static let redaction = UTF8Text("m.room.redaction")
        static let aliases = UTF8Text("m.room.aliases")
        static let historyVisibility = UTF8Text("m.room.history_visibility")
        static let policy = UTF8Text("m.room.policy")
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
