package import CanonicalJSON

/// The content of m.room.power_levels, read in a room version's grammar as far as a rule asks.
///
/// Where levels must be integers (since v10) a `null` is as malformed as any other value; before, it is as if the key
/// were absent.
package struct PowerLevelsContent: Sendable {
    package let content: JSONObject
    package let grammar: LevelGrammar

    /// A level that the room version's grammar does not know.
    package struct Malformed: Error, Sendable {
        /// Where the level stands, as a JSON pointer into the content.
        package let path: String
        package let value: JSONValue

        package init(path: String, value: JSONValue) {
            self.path = path
            self.value = value
        }
    }

    package enum Field: CaseIterable, Sendable {
        case usersDefault
        case eventsDefault
        case stateDefault
        case ban
        case redact
        case kick
        case invite

        package var key: StaticString {
            switch self {
            case .usersDefault: "users_default"
            case .eventsDefault: "events_default"
            case .stateDefault: "state_default"
            case .ban: "ban"
            case .redact: "redact"
            case .kick: "kick"
            case .invite: "invite"
            }
        }

        /// The level that holds where the event does not state one.
        package var defaultLevel: PowerLevel {
            switch self {
            case .usersDefault, .eventsDefault, .invite: 0
            case .stateDefault, .ban, .redact, .kick: 50
            }
        }
    }

    package enum Map: Sendable {
        case users
        case events
        case notifications

        package var key: StaticString {
            switch self {
            case .users: "users"
            case .events: "events"
            case .notifications: "notifications"
            }
        }
    }

    package init(_ event: Event, grammar: LevelGrammar) {
        content = event.content
        self.grammar = grammar
    }

    package init(_ event: AuthEvent, grammar: LevelGrammar) {
        content = event.content
        self.grammar = grammar
    }

    /// The level stated for `field`; `nil` where none is.
    package func level(_ field: Field) throws(Malformed) -> PowerLevel? {
        guard let value = content[field.key] else { return nil }
        return try level(value, at: "/\(field.key)")
    }

    /// The level stated for `key` in `map`; `nil` where none is.
    package func level(of key: UTF8Text, in map: Map) throws(Malformed) -> PowerLevel? {
        guard let value = try entries(of: map)?[key] else { return nil }
        return try level(value, at: "/\(map.key)/\(key)")
    }

    /// The entries of `map`; `nil` where the content has none.
    package func entries(of map: Map) throws(Malformed) -> JSONObject? {
        guard let value = content[map.key], !isAbsent(value) else { return nil }
        guard let object = value.object else { throw Malformed(path: "/\(map.key)", value: value) }
        return object
    }

    /// Every level of `map` by its key.
    package func levels(in map: Map) throws(Malformed) -> [UTF8Text: PowerLevel] {
        var levels: [UTF8Text: PowerLevel] = [:]
        for (key, value) in try entries(of: map)?.map({ $0 }) ?? [] {
            levels[key] = try level(value, at: "/\(map.key)/\(key)")
        }
        return levels
    }

    private func level(_ value: JSONValue, at path: @autoclosure () -> String) throws(Malformed) -> PowerLevel? {
        if isAbsent(value) { return nil }
        guard let level = grammar.level(value) else { throw Malformed(path: path(), value: value) }
        return level
    }

    private func isAbsent(_ value: JSONValue) -> Bool {
        value.isNull && grammar != .integer
    }
}
