import AuthGraph
import CanonicalJSON
import EventAuthorization
import MatrixEvents

extension PostgresSession {
    /// Hands `receive` the room's events that can be reached from `ids`, these included, until it returns false.
    func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: (StoredEvent) -> Bool
    ) throws(PostgresError) {
        if layout.isReadOnly { return try streamHomeserverChain(from: ids, in: roomID, receive) }
        var parameters = Parameters()
        parameters.append(ids)
        parameters.append(Array(roomID.text.bytes))
        parameters.append(versionsThatImplyTheCreateEvent)
        try stream(.streamChain, parameters) { (result) throws(PostgresError) in
            try hand(result, to: receive)
        }
    }

    /// Hands `receive` those events with `ids` that the room has, in that order, until it returns false.
    func streamEvents(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: (StoredEvent) -> Bool
    ) throws(PostgresError) {
        var parameters = Parameters()
        parameters.append(ids, in: layout)
        parameters.append(roomID, in: layout)
        if layout.isReadOnly { parameters.append(versionsOfHomeservers) }
        var lastPlace: Int64 = 0
        try stream(statements.eventsInOrder, parameters) { (result) throws(PostgresError) in
            // SQL promises no order without sorting, which for rows of this width would take the disk. The plan keeps it.
            let place = try result.integer(row: 0, column: 9)
            guard place > lastPlace else { throw result.unexpected("a place in the order asked for", 9) }
            lastPlace = place
            return try hand(result, to: receive)
        }
    }

    /// Hands `receive` all events of the room, until it returns false.
    func streamRoom(_ roomID: RoomID, _ receive: (StoredEvent) -> Bool) throws(PostgresError) {
        var parameters = Parameters()
        parameters.append(roomID, in: layout)
        if layout.isReadOnly { parameters.append(versionsOfHomeservers) }
        try stream(statements.room, parameters) { (result) throws(PostgresError) in
            try hand(result, to: receive)
        }
    }

    private func hand(
        _ result: borrowing QueryResult,
        to receive: (StoredEvent) -> Bool
    ) throws(PostgresError) -> Bool {
        if Task.isCancelled { throw .cancelled }
        return receive(try StoredEvent(reading: result, row: 0))
    }
}

/// The room versions whose events do not cite the create event, since the room's id names it.
private let versionsThatImplyTheCreateEvent =
    RoomVersion.allCases.filter { $0.format.roomIDIsCreateHash }.map(\.rawValue)

extension Statement {
    /// Walks the citations breadth first. What the walk carries and tells apart are ids alone; whole rows are read once
    /// each, when their turn to be sent comes.
    ///
    /// Each step is a subquery that may not be merged into the rest (`OFFSET 0`), so that the planner cannot do otherwise
    /// than look each event up by the primary key, however small it takes the table, or large the chain, to be.
    static let streamChain = Statement(
        "stream_chain",
        taking: [.byteaArray, .bytea, .textArray],
        sql: """
            WITH RECURSIVE chain (event_id) AS (
                SELECT unnest($1)
                UNION
                SELECT unnest(citing.cited)
                FROM chain
                CROSS JOIN LATERAL (
                    SELECT array_append(
                        auth_event_ids,
                        CASE WHEN room_version = ANY ($3) THEN create_event_id END
                    ) AS cited
                    FROM events
                    WHERE events.event_id = chain.event_id AND room_id = $2
                    OFFSET 0
                ) AS citing
            )
            SELECT event.*
            FROM chain
            CROSS JOIN LATERAL (
                SELECT \(eventColumns)
                FROM events
                WHERE events.event_id = chain.event_id AND room_id = $2
                OFFSET 0
            ) AS event
            """
    )

    /// The same shape keeps the order: a nested loop over the ids as they were given.
    static let streamEvents = Statement(
        "stream_events",
        taking: [.byteaArray, .bytea],
        sql: """
            SELECT event.*, place
            FROM unnest($1) WITH ORDINALITY AS wanted (event_id, place)
            CROSS JOIN LATERAL (
                SELECT \(eventColumns)
                FROM events
                WHERE events.event_id = wanted.event_id AND room_id = $2
                OFFSET 0
            ) AS event
            """
    )

    static let streamRoom = Statement(
        "stream_room",
        taking: [.bytea],
        sql: """
            SELECT \(eventColumns)
            FROM events
            WHERE sha256(room_id) = sha256($1)
            """
    )
}
