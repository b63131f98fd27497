import CanonicalJSON
import EventAuthorization
import MatrixEvents

/// The event that an action would be, in the room and the form of a state.
struct ActionEvent {
    let type: EventType
    let sender: UserID
    let stateKey: UTF8Text?
    let content: JSONObject
    /// The server whose event a redaction is to be of; `nil` for one of another server than the sender's, whichever.
    var redactedServer: ServerName?

    /// Which places of the state decide the event.
    func selection(_ version: RoomVersion) -> AuthEventSelection {
        AuthEventSelection(type: type, sender: sender.text, stateKey: stateKey, content: content, version: version)
    }

    /// The event after everything that `state` holds; `nil` where its room version knows no such event.
    func event(in state: RoomState) -> Event? {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.object { write(to: &$0, state) }
        return try? Event(parsing: writer.bytes, roomVersion: state.roomVersion)
    }

    private func write(to writer: inout JSONWriter, _ state: RoomState) {
        let format = state.roomVersion.format
        let fields: [(StaticString, UTF8Text?)] = [
            ("type", type.text), ("room_id", state.roomID.text), ("sender", sender.text), ("state_key", stateKey),
            ("redacts", redactedServer.map { UTF8Text("$redacted:\($0)") }),
            // No event has this id.
            ("event_id", format.carriesID ? UTF8Text("$action:\(sender.serverName)") : nil),
        ]
        for (key, value) in fields {
            guard let value else { continue }
            writer.key(key)
            writer.string(value)
        }
        writer.key("content")
        writer.raw(content.value.source)
        writer.key("auth_events")
        writer.array { _ in }
        writer.key("prev_events")
        writer.array { writer in
            // Only of the first event after the creation it matters which event it follows.
            let previous = state.isNew ? state.create?.id.text : nil
            writer.reference(previous ?? UTF8Text("$previous"), isPair: format.carriesID)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func reference(_ id: UTF8Text, isPair: Bool) {
        guard isPair else { return string(id) }
        array { writer in
            writer.string(id)
            writer.object { _ in }
        }
    }
}
