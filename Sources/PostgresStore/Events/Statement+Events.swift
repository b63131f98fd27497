extension Statement {
    /// The columns that `StoredEvent` is read from, in the order in which it reads them.
    static let eventColumns =
        "event_id, room_id, room_version, verdict, rule, rejected, chain_verdict, chain_rule, pdu"

    /// The events with the ids in the first array, and the same without their PDUs for those in the second.
    ///
    /// Two look-ups and not one that tells the arrays apart by row: that would compare every row with every id.
    static let selectEvents = Statement(
        "select_events",
        taking: [.byteaArray, .byteaArray],
        sql: """
            SELECT \(eventColumns)
            FROM events
            WHERE event_id = ANY ($1)
            UNION ALL
            SELECT event_id, room_id, room_version, verdict, rule, rejected, chain_verdict, chain_rule, NULL
            FROM events
            WHERE event_id = ANY ($2)
            """
    )

    /// Where the caller does not know which event created an event's room, it is the create event that the event cites.
    static let insertEvents = Statement(
        "insert_events",
        taking: [
            .byteaArray, .byteaArray, .textArray, .byteaArray, .byteaArray, .byteaArray, .byteaArray,
            .textArray, .textArray, .boolArray, .textArray, .textArray, .byteaArray, .int4Array, .int4Array,
            .byteaArray,
        ],
        sql: """
            INSERT INTO events (event_id, room_id, room_version, type, state_key, sender, create_event_id,
                                verdict, rule, rejected, chain_verdict, chain_rule, pdu, auth_event_ids)
            SELECT event_id, room_id, room_version, type, state_key, sender,
                   COALESCE(create_event_id,
                            (SELECT cited.event_id
                             FROM events AS cited
                             WHERE cited.event_id = ANY ($16[first_edge:last_edge])
                               AND cited.room_id = new.room_id
                               AND cited.type = 'm.room.create'
                             LIMIT 1)),
                   verdict, rule, rejected, chain_verdict, chain_rule, pdu, $16[first_edge:last_edge]
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                 AS new (event_id, room_id, room_version, type, state_key, sender, create_event_id,
                         verdict, rule, rejected, chain_verdict, chain_rule, pdu, first_edge, last_edge)
            ON CONFLICT (event_id, room_id) DO NOTHING
            RETURNING event_id, room_id
            """
    )
}

extension PostgresStore {
    /// What a look-up of events asks PostgreSQL: their ids are `$1`, and `$2` those of which only the outcome is wanted.
    package static var lookUpSQL: String { Statement.selectEvents.sql }
}
