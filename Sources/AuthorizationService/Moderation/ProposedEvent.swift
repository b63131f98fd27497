import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension Params {
    /// The event that a request proposes for a room: a PDU, or a template of one.
    ///
    /// - Throws: `invalid_params` where it can be no event of the room.
    func proposedEvent(in state: RoomState) throws(RPCError) -> Event {
        let object = try object("event")
        let path = path(to: "event")
        let event: Event
        if object["auth_events"] != nil {
            event = try Event(object.value, roomVersion: state.roomVersion, at: path)
        } else {
            guard let made = try ActionEvent(template: object, at: path).event(in: state) else {
                throw .invalidParams(path: path, expected: "an event of room version \(state.roomVersion)")
            }
            event = made
        }
        guard event.roomID == state.roomID else {
            throw .invalidParams(path: path.appending("room_id"), expected: "\"\(state.roomID)\"")
        }
        return event
    }
}

extension ActionEvent {
    /// Reads a template; `path` is where it lies.
    fileprivate init(template: JSONObject, at path: JSONPointer) throws(RPCError) {
        guard let type = template["type"]?.text else {
            throw .invalidParams(path: path.appending("type"), expected: "a string")
        }
        guard let sender = template["sender"]?.text.flatMap({ UserID($0) }) else {
            throw .invalidParams(path: path.appending("sender"), expected: "a user id")
        }
        guard let content = template["content"].map({ $0.object }) ?? .empty else {
            throw .invalidParams(path: path.appending("content"), expected: "an object")
        }
        let stateKey = try template["state_key"].map { (value) throws(RPCError) in
            guard let text = value.text else {
                throw .invalidParams(path: path.appending("state_key"), expected: "a string")
            }
            return text
        }
        self.init(type: EventType(type), sender: sender, stateKey: stateKey, content: content)
    }
}
