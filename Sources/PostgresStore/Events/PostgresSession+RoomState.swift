import AuthGraph
import CanonicalJSON
import MatrixEvents

extension PostgresSession {
    /// The room's current state, as ids; `nil` where the tables have none.
    func currentState(of roomID: RoomID) throws(PostgresError) -> [EventID]? {
        var parameters = Parameters()
        parameters.append(roomID, in: layout)
        let ids = try query(statements.currentState, parameters) { (result, row) throws(PostgresError) in
            EventID(UTF8Text(utf8: try result.requiredBytes(row: row, column: 0)))
        }
        return ids.isEmpty ? nil : ids
    }

    /// Makes `ids` the room's current state. Only rows that change are written.
    func saveState(_ ids: [EventID], of roomID: RoomID) throws(PostgresError) {
        var room = Parameters()
        room.append(Array(roomID.text.bytes))
        var state = room
        // One order for everyone, as for events.
        state.append(ids.sorted { $0.text < $1.text })
        try transaction { () throws(PostgresError) in
            try run(.lockRoomState, room)
            try run(.deleteRoomState, state)
            try run(.insertRoomState, state)
        }
    }
}

extension Statement {
    static let selectRoomState = Statement(
        "select_room_state",
        taking: [.bytea],
        sql: "SELECT event_id FROM room_state WHERE room_id = $1"
    )

    /// One caller at a time changes a room's state, until its transaction ends: of two that change it at once, all that the
    /// later one says holds.
    fileprivate static let lockRoomState = Statement(
        "lock_room_state",
        taking: [.bytea],
        sql: "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0)) IS NULL"
    )

    fileprivate static let deleteRoomState = Statement(
        "delete_room_state",
        taking: [.bytea, .byteaArray],
        sql: """
            DELETE FROM room_state
            WHERE room_id = $1 AND NOT EXISTS (
                SELECT FROM unnest($2) AS kept (event_id) WHERE kept.event_id = room_state.event_id
            )
            """
    )

    fileprivate static let insertRoomState = Statement(
        "insert_room_state",
        taking: [.bytea, .byteaArray],
        sql: """
            INSERT INTO room_state (room_id, event_id)
            SELECT $1, unnest($2)
            ON CONFLICT DO NOTHING
            """
    )
}
