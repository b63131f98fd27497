package import AuthGraph
import CanonicalJSON
import EventAuthorization
package import MatrixEvents

extension StoredEvent {
    /// A line of an import as a store would have it: the event as it is, good or not, under the id that the line names, and
    /// rejected where the line says so.
    ///
    /// - Throws: why the line tells of no event.
    package init(line: [UInt8]) throws(ImportRefusal) {
        let object = try ImportedEvent.object(line)
        let version = try ImportedEvent.roomVersion(object)
        guard let pdu = object["event"], let fields = pdu.object else { throw .lacks("event") }
        let bytes = Array(pdu.source)
        let event = try? Event(parsing: bytes, roomVersion: version)
        guard let id = object["event_id"]?.text.map({ EventID($0.detached()) }) ?? event?.id else {
            throw .lacks("event_id")
        }
        let named = (object["room_id"] ?? fields["room_id"])?.text.flatMap { RoomID($0.detached()) }
        guard let roomID = named ?? event?.roomID else { throw .lacks("room_id") }
        let isRejected = object["rejected"]?.bool ?? false
        self.init(
            id: id,
            roomID: roomID,
            roomVersion: version,
            pdu: bytes,
            outcome: StoredOutcome(verdict: isRejected ? .deny : .allow, rule: "file", isRejected: isRejected)
        )
    }
}

/// One line that tells a room's current state: `{"room_id": "!…", "state": ["$…", …]}`. In place of an event's id there may be
/// `[type, state key, id]`; further members are passed over.
package struct StateLine: Sendable {
    package let roomID: RoomID
    package let ids: [EventID]

    /// - Throws: why the line tells of no state.
    package init(line: [UInt8]) throws(ImportRefusal) {
        let object = try ImportedEvent.object(line)
        guard let roomID = object["room_id"]?.text.flatMap({ RoomID($0.detached()) }) else { throw .lacks("room_id") }
        guard let state = object["state"]?.array else { throw .lacks("state") }
        self.roomID = roomID
        ids = state.compactMap { entry in
            let id = entry.text ?? entry.array?.map { $0 }.last?.text
            return id.map { EventID($0.detached()) }
        }
    }
}
