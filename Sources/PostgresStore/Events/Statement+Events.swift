extension Statement {
    static let selectEvents = Statement(
        "select_events",
        taking: [.byteaArray],
        sql: """
            SELECT event_id, room_id, room_version, verdict, rule, rejected, pdu
            FROM events
            WHERE event_id = ANY ($1)
            """
    )

    /// Where the caller does not know which event created an event's room, it is the create event that the event cites.
    static let insertEvents = Statement(
        "insert_events",
        taking: [
            .byteaArray, .byteaArray, .textArray, .byteaArray, .byteaArray, .byteaArray, .byteaArray,
            .textArray, .textArray, .boolArray, .byteaArray, .int4Array, .int4Array, .byteaArray,
        ],
        sql: """
            INSERT INTO events (event_id, room_id, room_version, type, state_key, sender, create_event_id,
                                verdict, rule, rejected, pdu, auth_event_ids)
            SELECT event_id, room_id, room_version, type, state_key, sender,
                   COALESCE(create_event_id,
                            (SELECT cited.event_id
                             FROM events AS cited
                             WHERE cited.event_id = ANY ($14[first_edge:last_edge])
                               AND cited.room_id = new.room_id
                               AND cited.type = 'm.room.create'
                             LIMIT 1)),
                   verdict, rule, rejected, pdu, $14[first_edge:last_edge]
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                 AS new (event_id, room_id, room_version, type, state_key, sender, create_event_id,
                         verdict, rule, rejected, pdu, first_edge, last_edge)
            ON CONFLICT (event_id, room_id) DO NOTHING
            RETURNING event_id, room_id
            """
    )
}
