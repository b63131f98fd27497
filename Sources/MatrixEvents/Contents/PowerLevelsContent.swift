package import CanonicalJSON
import Synchronization

/// The content of m.room.power_levels in a room version's grammar. Single levels are read once, the entries of its maps as
/// far as a rule asks.
///
/// Where levels must be integers (since v10) a `null` is as malformed as any other value; before, it is as if the key
/// were absent.
package final class PowerLevelsContent: Sendable {
    package let content: JSONObject
    package let grammar: LevelGrammar
    private let fields: InlineArray<7, Reading>
    /// What ``readability`` says, once it was asked for.
    private let knownReadability = Atomic<UInt8>(0)

    /// What a field states.
    private enum Reading {
        case absent
        case integer(Int64)
        /// Malformed, or an integer that does not fit 64 bits.
        case other
    }

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

    package enum Field: Int, CaseIterable, Sendable {
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

    package convenience init(_ event: Event, grammar: LevelGrammar) {
        self.init(event.content, grammar: grammar)
    }

    init(_ content: JSONObject, grammar: LevelGrammar) {
        self.content = content
        self.grammar = grammar
        fields = InlineArray { index in
            guard let value = content[Field.allCases[index].key], !grammar.isAbsent(value) else { return .absent }
            guard case .integer(let level) = grammar.level(value) else { return .other }
            return .integer(level)
        }
    }

    /// Bytes that an object of this class takes on the heap, the content aside.
    static var byteCount: Int {
        HeapSize.ofObject(holding: MemoryLayout<(JSONObject, LevelGrammar, InlineArray<7, Reading>, UInt8)>.size)
    }

    /// The level stated for `field`; `nil` where none is.
    package func level(_ field: Field) throws(Malformed) -> PowerLevel? {
        switch fields[field.rawValue] {
        case .absent: return nil
        case .integer(let level): return .integer(level)
        case .other:
            guard let value = content[field.key] else { return nil }
            guard let level = grammar.level(value) else { throw Malformed(path: "/\(field.key)", value: value) }
            return level
        }
    }

    /// The level stated for `key` in `map`; `nil` where none is.
    package func level(of key: UTF8Text, in map: Map) throws(Malformed) -> PowerLevel? {
        guard let value = try entries(of: map)?[key] else { return nil }
        return try level(value, under: key, in: map)
    }

    /// The entries of `map`; `nil` where the content has none.
    package func entries(of map: Map) throws(Malformed) -> JSONObject? {
        guard let value = content[map.key], !grammar.isAbsent(value) else { return nil }
        guard let object = value.object else { throw Malformed(path: "/\(map.key)", value: value) }
        return object
    }

    /// The level that `value`, an entry of `map` under `key`, states; `nil` where it states none.
    package func level(_ value: JSONValue, under key: UTF8Text, in map: Map) throws(Malformed) -> PowerLevel? {
        if let level = grammar.level(value) { return level }
        guard grammar.isAbsent(value) else { throw Malformed(path: "/\(map.key)/\(key)", value: value) }
        return nil
    }
}

extension LevelGrammar {
    /// Whether `value` stands for no level at all.
    fileprivate func isAbsent(_ value: JSONValue) -> Bool {
        self != .integer && value.isNull
    }
}

extension PowerLevelsContent {
    // MARK: Whole maps

    /// The first entry of `map` that cannot be read, or the map itself; `nil` where every entry is a level.
    package func firstMalformedEntry(of map: Map) -> Malformed? {
        do throws(Malformed) {
            guard let entries = try entries(of: map) else { return nil }
            for (key, value) in entries { _ = try level(value, under: key, in: map) }
            return nil
        } catch {
            return error
        }
    }

    /// Whether every entry of `map` can be read.
    package func isReadable(_ map: Map) -> Bool { readability.contains(map.readability) }

    /// A key of `users` that is no user id, a value that is no level, or a `users` that is no object.
    ///
    /// - Parameter earlier: power levels of the same room. What stands there too is not looked at again.
    package func firstInvalidUser(since earlier: PowerLevelsContent?) -> Malformed? {
        guard let value = content["users"] else { return nil }
        guard let users = value.object else { return Malformed(path: "/users", value: value) }
        let known = earlier.flatMap { $0.grammar == grammar && $0.hasValidUsers ? $0.content["users"]?.object : nil }
        do throws(Malformed) {
            try users.forEachDifference(from: known ?? .empty) { user, _, level throws(Malformed) in
                guard let level, UserID(user) == nil || grammar.level(level) == nil else { return }
                throw Malformed(path: "/users/\(user)", value: level)
            }
            return nil
        } catch {
            return error
        }
    }

    private var hasValidUsers: Bool { readability.contains(.usersAreValid) }

    /// What is found out by going through all entries, when it is asked for the first time.
    fileprivate struct Readability: OptionSet {
        let rawValue: UInt8
        static let isKnown = Readability(rawValue: 1)
        static let usersAreValid = Readability(rawValue: 2)
        static let users = Readability(rawValue: 4)
        static let events = Readability(rawValue: 8)
        static let notifications = Readability(rawValue: 16)
    }

    private var readability: Readability {
        let known = Readability(rawValue: knownReadability.load(ordering: .relaxed))
        guard known.isEmpty else { return known }
        var readability = Readability.isKnown
        for map in [Map.users, .events, .notifications] where firstMalformedEntry(of: map) == nil {
            readability.insert(map.readability)
        }
        if firstInvalidUser(since: nil) == nil { readability.insert(.usersAreValid) }
        knownReadability.store(readability.rawValue, ordering: .relaxed)
        return readability
    }
}

extension PowerLevelsContent.Map {
    fileprivate var readability: PowerLevelsContent.Readability {
        switch self {
        case .users: .users
        case .events: .events
        case .notifications: .notifications
        }
    }
}
