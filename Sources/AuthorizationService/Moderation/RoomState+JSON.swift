import CanonicalJSON
import JSONRPC
import MatrixEvents

extension JSONWriter {
    /// The member `state`, which names what an answer was made from.
    mutating func state(_ state: RoomState) {
        key("state")
        object { writer in
            writer.key("room_id")
            writer.string(state.roomID.text)
            writer.key("room_version")
            writer.string(state.roomVersion.rawValue)
            writer.key("events")
            writer.integer(state.eventCount)
            writer.key("digest")
            writer.string(state.digest)
        }
    }
}

extension Schema {
    /// What names the state that an answer was made from.
    static let namedState = Schema.named(
        "RoomState",
        .object([
            .required("room_id", .string, "The room."),
            .required("room_version", .string, "The rule set."),
            .required("events", .integer(in: 0 ... .max), "How many events the state has."),
            .required(
                "digest",
                .string,
                "SHA-256 over the ids of its events in the order of their bytes, a newline behind each, in unpadded URL-safe base64."
            ),
        ])
    )
}
