package import CanonicalJSON

/// A PDU of a known room version, with the fields that rules read. Immutable, and cheap to hand on.
///
/// A value of this type has the shape that rules need (``init(_:roomVersion:)``); whether it keeps to all of the room
/// version's limits is a question of its own (``checkFormat()``), which is not asked of events accepted long ago.
package final class Event: Sendable {
    package let id: EventID
    package let roomVersion: RoomVersion
    /// Of a create event of room version 12: the room that its id names.
    package let roomID: RoomID
    package let type: EventType
    package let sender: UserID
    package let stateKey: UTF8Text?
    package let content: JSONObject
    package let prevEvents: [EventID]
    package let authEvents: [EventID]
    /// The whole PDU as it came.
    package let json: JSONObject

    /// Reads a PDU.
    ///
    /// - Throws: the violation, where the PDU has not the shape of an event.
    package init(_ value: JSONValue, roomVersion: RoomVersion) throws(FormatViolation) {
        self.roomVersion = roomVersion
        do {
            let reader = try EventReader(value, format: roomVersion.format)
            json = reader.json
            type = try reader.type()
            sender = try reader.sender()
            content = try reader.content()
            stateKey = try reader.stateKey()
            prevEvents = try reader.prevEvents()
            authEvents = try reader.authEvents()
            id = try reader.id(of: type)
            roomID = try reader.roomID(of: type, id: id)
        } catch {
            throw roomVersion.format.isDraft ? error.inDraft : error
        }
    }

    /// Reads the PDU that `bytes` hold.
    package convenience init(parsing bytes: [UInt8], roomVersion: RoomVersion) throws(EventReadingError) {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw .notJSON(error)
        }
        do {
            try self.init(document.root, roomVersion: roomVersion)
        } catch {
            throw .notAnEvent(error)
        }
    }

    /// Where the event stands in the room's state; `nil` for an event that is no state event.
    package var stateKeyPair: StateKey? { stateKey.map { StateKey(type, $0) } }

    /// Whether this is the event that makes a room: m.room.create, whatever its state key.
    package var isCreate: Bool { type == .create }
}

/// Why bytes hold no event.
package enum EventReadingError: Error, Sendable {
    case notJSON(JSONSyntaxError)
    case notAnEvent(FormatViolation)
}

extension EventReadingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): error.description
        case .notAnEvent(let violation): violation.explanation
        }
    }
}
