extension Statement {
    /// The columns that `StoredEvent` is read from, out of the tables of Dendrite's room server. The verdict is what the flag
    /// says, and nobody is told of a rule.
    private static let dendriteColumns = """
        e.event_id, r.room_id, r.room_version, CASE WHEN e.is_rejected THEN 'deny' ELSE 'allow' END,
        'homeserver'::text, e.is_rejected, NULL::text, NULL::text
        """

    private static let dendriteTables = """
        roomserver_events AS e
        JOIN roomserver_event_json AS j ON j.event_nid = e.event_nid
        JOIN roomserver_rooms AS r ON r.room_nid = e.room_nid
        """

    static let selectDendriteEvents = Statement(
        "select_dendrite_events",
        taking: [.textArray, .textArray, .textArray],
        sql: """
            SELECT \(dendriteColumns), j.event_json
            FROM \(dendriteTables)
            WHERE e.event_id = ANY ($1) AND r.room_version = ANY ($3)
            UNION ALL
            SELECT \(dendriteColumns), NULL
            FROM \(dendriteTables)
            WHERE e.event_id = ANY ($2) AND r.room_version = ANY ($3)
            """
    )

    /// Numbers stand for events here. Those that an event cites and that were not stored when it was are left out, so that
    /// whoever asks makes up for them.
    static let streamDendriteChain = Statement(
        "stream_dendrite_chain",
        taking: [.textArray, .text, .textArray],
        sql: """
            WITH RECURSIVE chain (event_nid) AS (
                SELECT head.event_nid
                FROM unnest($1) AS wanted (event_id)
                CROSS JOIN LATERAL (
                    SELECT event_nid
                    FROM roomserver_events
                    WHERE roomserver_events.event_id = wanted.event_id
                    OFFSET 0
                ) AS head
                UNION
                SELECT unnest(citing.auth_event_nids)
                FROM chain
                CROSS JOIN LATERAL (
                    SELECT auth_event_nids
                    FROM roomserver_events
                    WHERE roomserver_events.event_nid = chain.event_nid
                    OFFSET 0
                ) AS citing
            )
            SELECT event.*
            FROM chain
            CROSS JOIN LATERAL (
                SELECT \(dendriteColumns), j.event_json
                FROM \(dendriteTables)
                WHERE e.event_nid = chain.event_nid AND r.room_id = $2 AND r.room_version = ANY ($3)
                OFFSET 0
            ) AS event
            """
    )

    static let streamDendriteEvents = Statement(
        "stream_dendrite_events",
        taking: [.textArray, .text, .textArray],
        sql: """
            SELECT event.*, place
            FROM unnest($1) WITH ORDINALITY AS wanted (event_id, place)
            CROSS JOIN LATERAL (
                SELECT \(dendriteColumns), j.event_json
                FROM \(dendriteTables)
                WHERE e.event_id = wanted.event_id AND r.room_id = $2 AND r.room_version = ANY ($3)
                OFFSET 0
            ) AS event
            """
    )

    /// Dendrite itself never asks for this, and has no index for it: the whole table is read for each room.
    static let streamDendriteRoom = Statement(
        "stream_dendrite_room",
        taking: [.text, .textArray],
        sql: """
            SELECT \(dendriteColumns), j.event_json
            FROM \(dendriteTables)
            WHERE r.room_id = $1 AND r.room_version = ANY ($2)
            """
    )

    static let selectDendriteRooms = Statement(
        "select_dendrite_rooms",
        taking: [.text, .int8, .textArray],
        sql: """
            SELECT room_id, CASE WHEN room_version <> ALL ($3) THEN room_version END
            FROM roomserver_rooms
            WHERE room_id > COALESCE($1, '')
            ORDER BY room_id
            LIMIT $2
            """
    )

    /// A snapshot is blocks of events; of two events for the same key, that of the later block is meant.
    static let selectDendriteState = Statement(
        "select_dendrite_state",
        taking: [.text],
        sql: """
            SELECT DISTINCT ON (e.event_type_nid, e.event_state_key_nid) e.event_id
            FROM roomserver_rooms AS r
            JOIN roomserver_state_snapshots AS s ON s.state_snapshot_nid = r.state_snapshot_nid
            CROSS JOIN LATERAL unnest(s.state_block_nids) WITH ORDINALITY AS listed (state_block_nid, place)
            JOIN roomserver_state_block AS b ON b.state_block_nid = listed.state_block_nid
            CROSS JOIN LATERAL unnest(b.event_nids) AS held (event_nid)
            JOIN roomserver_events AS e ON e.event_nid = held.event_nid
            WHERE r.room_id = $1
            ORDER BY e.event_type_nid, e.event_state_key_nid, listed.place DESC
            """
    )

    /// The migrations of the room server's tables that Dendrite has carried out.
    static let dendriteMigrations = Statement(
        "dendrite_migrations",
        sql: "SELECT version FROM db_migrations WHERE version LIKE 'roomserver:%' ORDER BY version"
    )
}
