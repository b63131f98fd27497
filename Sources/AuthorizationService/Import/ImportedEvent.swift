package import CanonicalJSON
package import MatrixEvents

/// One line of an import: an event, its room version, and what its homeserver said of it.
///
/// `{"room_version": "11", "event_id": "$…", "event": {…}, "rejected": false}`; further members are passed over.
package struct ImportedEvent: Sendable {
    package let event: Event
    /// Whether the homeserver that the line comes from rejected the event; `nil` where the line does not say.
    package let wasRejected: Bool?

    /// Reads one line.
    ///
    /// - Throws: why the line is refused.
    package init(line: [UInt8]) throws(ImportRefusal) {
        let object = try Self.object(line)
        let version = try Self.roomVersion(object)
        guard let pdu = object["event"], pdu.object != nil else { throw .lacks("event") }
        wasRejected = object["rejected"]?.bool
        // In bytes of its own, so that the line does not stay in memory with it.
        do throws(EventReadingError) {
            event = try Event(parsing: Array(pdu.source), roomVersion: version)
        } catch {
            throw .notAnEvent("\(error)")
        }
        if let id = object["event_id"]?.text.map({ EventID($0) }), id != event.id {
            throw .otherID(named: id, computed: event.id)
        }
        do throws(FormatViolation) {
            try event.checkFormat()
        } catch {
            throw .notAnEvent(error.explanation)
        }
    }

    static func object(_ line: [UInt8]) throws(ImportRefusal) -> JSONObject {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: line).root
        } catch {
            throw .notJSON(error)
        }
        guard let object = root.object else { throw .notAnObject }
        return object
    }

    static func roomVersion(_ object: JSONObject) throws(ImportRefusal) -> RoomVersion {
        guard let text = object["room_version"]?.text else { throw .lacks("room_version") }
        guard let version = RoomVersion(text) else { throw .unknownRoomVersion(text.string) }
        return version
    }
}

/// Why a line of an import was not stored.
package enum ImportRefusal: Error, Sendable {
    case notJSON(JSONSyntaxError)
    case notAnObject
    case lacks(String)
    case unknownRoomVersion(String)
    case notAnEvent(String)
    case otherID(named: EventID, computed: EventID)
    case missing(EventID)
    case needsRefused(EventID)
    case undecidable(String)
}

extension ImportRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "the line is not JSON: \(error)"
        case .notAnObject: "the line is not a JSON object"
        case .lacks(let member): "the line has no \"\(member)\""
        case .unknownRoomVersion(let version): "the room version \"\(version)\" is not known"
        case .notAnEvent(let explanation): "the event is not valid: \(explanation)"
        case .otherID(let named, let computed): "the line names \(named), and the event's id is \(computed)"
        case .undecidable(let explanation): "it cannot be decided: \(explanation)"
        case .missing(let id): "it needs \(id), which is neither in the import nor stored"
        case .needsRefused(let id): "it needs \(id), which was refused"
        }
    }
}
