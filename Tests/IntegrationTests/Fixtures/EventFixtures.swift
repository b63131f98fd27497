import AuthGraph
import CanonicalJSON
import EventAuthorization
import MatrixEvents
import Testing

/// An event of room version 1, whose id the test chooses.
func makeEvent(
    _ id: String,
    room: String = "!room:a.example",
    type: String = "m.room.member",
    stateKey: String? = "@alice:a.example",
    authEvents: [String] = [],
    body: String = "",
    roomVersion: RoomVersion = .v1,
    outcome: StoredOutcome = StoredOutcome(verdict: .allow, rule: "test", isRejected: false)
) throws -> NewEvent {
    let fields: [String?] = [
        #""event_id": \#(quoted(id)), "room_id": \#(quoted(room)), "type": \#(quoted(type))"#,
        stateKey.map { #""state_key": \#(quoted($0))"# },
        #""sender": "@alice:a.example", "content": {"body": \#(quoted(body))}, "prev_events": []"#,
        #""auth_events": [\#(authEvents.map { #"[\#(quoted($0)), {"sha256": ""}]"# }.joined(separator: ", "))]"#,
        #""depth": 1, "origin_server_ts": 1, "hashes": {"sha256": ""}, "signatures": {}"#,
    ]
    // The white space is there to be kept.
    let pdu = Array("{ \(fields.compactMap { $0 }.joined(separator: ",  ")) }".utf8)
    return NewEvent(try Event(parsing: pdu, roomVersion: roomVersion), pdu: pdu, outcome: outcome)
}

/// `text` as a JSON string, every character that is not printable ASCII escaped, and quotes and backslashes.
private func quoted(_ text: String) -> String {
    let units = text.utf16.map { unit in
        let isPlain = 0x20..<0x7f ~= unit && unit != 0x22 && unit != 0x5c
        let digits = String(unit, radix: 16)
        return isPlain
            ? String(decoding: [unit], as: UTF16.self)
            : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"\(units.joined())\""
}
