import CanonicalJSON

/// What makes a PDU invalid for its room version: it is dropped, not rejected
/// (Matrix specification, server-server API, "Checks performed on receipt of a PDU", 1).
package enum FormatRule: String, CaseIterable, Sendable {
    case notAnObject = "format.not_an_object"
    case type = "format.type"
    case sender = "format.sender"
    case roomID = "format.room_id"
    case eventID = "format.event_id"
    case stateKey = "format.state_key"
    case createStateKey = "format.create_state_key"
    case content = "format.content"
    case depth = "format.depth"
    case originServerTS = "format.origin_server_ts"
    case prevEvents = "format.prev_events"
    case authEvents = "format.auth_events"
    case hashes = "format.hashes"
    case signatures = "format.signatures"
    case canonicalJSON = "format.canonical_json"
    case size = "format.size"
    /// The one rule of the draft of 2014: not a parseable event.
    case draft = "draft.format"

    /// The rules of `version`, in the order in which they are tried.
    package static func rules(of version: RoomVersion) -> [FormatRule] {
        guard version != .draft2014 else { return [.draft] }
        return allCases.filter { rule in
            switch rule {
            case .draft: false
            case .createStateKey: version.format.roomIDIsCreateHash
            case .canonicalJSON: version.format.enforcesCanonicalJSON
            default: true
            }
        }
    }

    package var title: String {
        switch self {
        case .notAnObject: "An event is a JSON object"
        case .type: "type is a string of at most 255 bytes"
        case .sender: "sender is a user id of at most 255 bytes"
        case .roomID: "room_id is a room id of at most 255 bytes"
        case .eventID: "event_id is an event id with a server name where the room version has one, and absent elsewhere"
        case .stateKey: "state_key is absent or a string of at most 255 bytes"
        case .createStateKey: "the create event's state_key is the empty string"
        case .content: "content is an object"
        case .depth: "depth is an integer from 0 to the room version's greatest"
        case .originServerTS: "origin_server_ts is an integer"
        case .prevEvents: "prev_events is an array of at most 20 references"
        case .authEvents: "auth_events is an array of at most 10 references"
        case .hashes: "hashes is an object with the string sha256"
        case .signatures: "signatures is an object of objects of strings"
        case .canonicalJSON: "numbers are integers within ±(2^53−1), and not -0"
        case .size: "an event has at most 65536 bytes as canonical JSON"
        case .draft: "an event has a type, a room, a sender and a content"
        }
    }
}

/// A PDU that is not valid: which rule, where, and what was found.
package struct FormatViolation: Error, Sendable {
    package let rule: FormatRule
    /// JSON pointer into the PDU; empty for the whole of it.
    package let path: String
    /// What is wrong, in words that complete "the event is not valid: …".
    package let explanation: String

    /// The same violation as the draft of 2014 has it, whose one format rule this is.
    var inDraft: FormatViolation { FormatViolation(.draft, at: path, explanation) }

    init(_ rule: FormatRule, at path: String, _ explanation: String) {
        self.rule = rule
        self.path = path
        self.explanation = explanation
    }
}
