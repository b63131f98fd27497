package import AuthGraph
import CanonicalJSON
package import MatrixEvents

/// A room of a store.
package struct ListedRoom: Hashable, Sendable {
    package let id: RoomID
    /// The room's version, where this build does not know it: none of its events can be had then.
    package let unknownVersion: String?

    package init(id: RoomID, unknownVersion: String?) {
        self.id = id
        self.unknownVersion = unknownVersion
    }
}

extension PostgresStore {
    /// The rooms of the store that follow `last` in an order of its own; the first ones where it is `nil`.
    package func rooms(after last: RoomID?, limit: Int) async throws(EventStoreError) -> [ListedRoom] {
        try await lookUp { (session) throws(PostgresError) in try session.rooms(after: last, limit: limit) }
    }
}

extension PostgresSession {
    fileprivate func rooms(after last: RoomID?, limit: Int) throws(PostgresError) -> [ListedRoom] {
        var parameters = Parameters()
        if let last { parameters.append(last, in: layout) } else { parameters.append([UInt8]?.none) }
        parameters.append(Int64(limit))
        if layout.isReadOnly { parameters.append(versionsOfHomeservers) }
        return try query(statements.rooms, parameters) { (result, row) throws(PostgresError) in
            guard let id = RoomID(UTF8Text(utf8: try result.requiredBytes(row: row, column: 0))) else {
                throw result.unexpected("a room id", 0)
            }
            let version = result.isNull(row: row, column: 1) ? nil : try result.text(row: row, column: 1)
            return ListedRoom(id: id, unknownVersion: version)
        }
    }
}

extension Statement {
    /// From one room to the next by their index, however many events each has.
    static let selectRooms = Statement(
        "select_rooms",
        taking: [.bytea, .int8],
        sql: """
            WITH RECURSIVE rooms (room_id) AS (
                (
                    SELECT room_id
                    FROM events
                    WHERE sha256(room_id) > COALESCE(sha256($1), '')
                    ORDER BY sha256(room_id)
                    LIMIT 1
                )
                UNION ALL
                SELECT next.room_id
                FROM rooms
                CROSS JOIN LATERAL (
                    SELECT room_id
                    FROM events
                    WHERE sha256(events.room_id) > sha256(rooms.room_id)
                    ORDER BY sha256(events.room_id)
                    LIMIT 1
                ) AS next
            )
            SELECT room_id, NULL::text
            FROM rooms
            LIMIT $2
            """
    )
}
