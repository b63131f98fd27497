import CanonicalJSON
import JSONRPC
import MatrixEvents

/// One event of a state as requests give it: its id, the event itself, or what a server shows of it to those outside.
enum StateItem {
    case reference(EventID)
    /// A full PDU, redacted where its content does not match its hash: nobody but its sender vouches for it.
    case pdu(Event)
    case stripped(AuthEvent)

    /// Reads an item; `path` is where it lies.
    init(
        _ value: JSONValue,
        of room: (id: RoomID, version: RoomVersion),
        at path: JSONPointer
    ) throws(Unfinished) {
        if let id = value.text {
            self = .reference(EventID(id))
            return
        }
        let object = value.object ?? .empty
        guard object.isPDU else {
            self = .stripped(
                try finishing { () throws(RPCError) in try AuthEvent(stripped: object, of: room, at: path) }
            )
            return
        }
        let pdu = try finishing { () throws(RPCError) in try Event(value, roomVersion: room.version, at: path) }
        self = .pdu(try pdu.asCovered())
    }

    /// The event, where the item is not only its id.
    var sentEvent: AuthEvent? {
        switch self {
        case .reference: nil
        case .pdu(let event): AuthEvent(event)
        case .stripped(let event): event
        }
    }
}

extension Schema {
    static let stateItem = Schema.either([.reference, .event, .stripped])

    private static let stripped = Schema.named(
        "StrippedEvent",
        .object([
            .required("type", .string, "The event's type."),
            .required("state_key", .string, "Its state key."),
            .required("sender", .string, "The user id of its sender."),
            .required("content", .map(of: .any), "Its content."),
        ])
    )
}

extension JSONObject {
    /// Whether this is a PDU: stripping takes all of these.
    fileprivate var isPDU: Bool {
        self["auth_events"] != nil || self["prev_events"] != nil || self["hashes"] != nil || self["signatures"] != nil
    }
}

extension AuthEvent {
    /// Reads a stripped event; `path` is where it lies.
    fileprivate convenience init(
        stripped object: JSONObject,
        of room: (id: RoomID, version: RoomVersion),
        at path: JSONPointer
    ) throws(RPCError) {
        func require<Value>(_ value: Value?, _ key: String, _ expected: String) throws(RPCError) -> Value {
            guard let value else { throw .invalidParams(path: path.appending(key), expected: expected) }
            return value
        }
        self.init(
            stripped: EventType(try require(object["type"]?.text, "type", "a string")),
            stateKey: try require(object["state_key"]?.text, "state_key", "a string"),
            sender: try require(object["sender"]?.text.flatMap { UserID($0) }, "sender", "a user id"),
            content: try require(object["content"]?.object, "content", "an object"),
            in: room.id,
            roomVersion: room.version
        )
    }
}
