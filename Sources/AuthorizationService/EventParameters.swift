import CanonicalJSON
import JSONRPC
import MatrixEvents

/// The parameters that several methods share.
extension Parameter {
    static let roomVersion = optional(
        "room_version",
        .string,
        "The rule set: \"1\" to \"12\", or \"draft-2014\". Left out, it is that of the create event or of the store."
    )
    static let broughtEvents = optional(
        "events",
        .array(of: .event),
        "PDUs that the caller brings along, used for this request in place of what is stored."
    )
    static let checks = optional(
        "checks",
        .array(of: .oneOf(["format", "hash"])),
        "Checks to add to the authorization rules; by default only \"format\"."
    )
    static let allChecks = optional(
        "checks",
        .array(of: .oneOf(["format", "signatures", "hash", "policy", "chain"])),
        "Checks to add to the authorization rules; by default only \"format\"."
    )
    static let timeout = optional(
        "timeout_ms",
        .integer(in: 1...600_000),
        "How long to wait for events, in milliseconds."
    )
}

extension Schema {
    static let event = Schema.named("Event", .map(of: .any))
    static let reference = Schema.named("EventID", .string)
}

extension Params {
    /// The room version that the caller names; `nil` where none is named.
    func roomVersion() throws(RPCError) -> RoomVersion? {
        guard let text = optionalString("room_version") else { return nil }
        return try RoomVersion(known: text)
    }

    /// How long the caller waits.
    var timeout: Duration? { optionalInteger("timeout_ms").map { .milliseconds($0) } }

    func references(_ name: StaticString) -> [EventID]? {
        optionalArray(name).map { $0.compactMap { $0.text.map { EventID($0) } } }
    }

    /// The events under `name`, read as those of `version`.
    func events(_ name: StaticString, _ version: RoomVersion) throws(RPCError) -> [Event] {
        guard let values = optionalArray(name) else { return [] }
        var events: [Event] = []
        var byID: [EventID: Event] = [:]
        for value in values {
            let path = path(to: name).appending(events.count)
            let event = try Event(value, roomVersion: version, at: path)
            if let other = byID.updateValue(event, forKey: event.id), !other.hasSameText(as: event) {
                throw .invalidParams(path: path, expected: "one event under the id \(event.id), not two")
            }
            events.append(event)
        }
        return events
    }
}

extension RoomVersion {
    /// - Throws: `unknown_room_version`.
    init(known text: UTF8Text) throws(RPCError) {
        guard let version = RoomVersion(text) else {
            throw .unknownRoomVersion(text.string, known: Self.knownNames)
        }
        self = version
    }

    static let knownNames = allCases.map(\.rawValue)
}

extension Event {
    /// Reads a parameter; `path` is where it lies.
    convenience init(_ value: JSONValue, roomVersion: RoomVersion, at path: JSONPointer) throws(RPCError) {
        do throws(FormatViolation) {
            try self.init(value, roomVersion: roomVersion)
        } catch {
            throw .invalidParams(path: path.appending(pointer: error.path), expected: error.expectation)
        }
    }

    fileprivate func hasSameText(as other: Event) -> Bool {
        json.value.canonicalBytes() == other.json.value.canonicalBytes()
    }
}

extension FormatViolation {
    /// What was expected, as an error says it.
    var expectation: String { "a valid event: \(explanation)" }
}
