extension Statement {
    /// The columns that `StoredEvent` is read from, out of Synapse's tables. The verdict is what the flag says, and nobody is
    /// told of a rule.
    private static let synapseColumns = """
        e.event_id, e.room_id, told.room_version, CASE WHEN told.rejected THEN 'deny' ELSE 'allow' END,
        'homeserver'::text, told.rejected, NULL::text, NULL::text
        """

    /// Where Synapse keeps them. Its `json` is text, and never to become `jsonb`: that could not hold every event.
    ///
    /// A room that it has no version of is one that it was only ever invited to, long ago: the format tells versions that have
    /// the same rules.
    private static let synapseTables = """
        events AS e
        JOIN event_json AS j ON j.event_id = e.event_id
        LEFT JOIN rooms AS r ON r.room_id = e.room_id
        LEFT JOIN rejections AS x ON x.event_id = e.event_id
        CROSS JOIN LATERAL (
            SELECT COALESCE(
                       r.room_version,
                       CASE COALESCE(j.format_version, 1)
                           WHEN 1 THEN '1' WHEN 2 THEN '3' WHEN 3 THEN '5' WHEN 4 THEN '12'
                       END
                   ) AS room_version,
                   x.event_id IS NOT NULL OR e.rejection_reason IS NOT NULL AS rejected
        ) AS told
        """

    static let selectSynapseEvents = Statement(
        "select_synapse_events",
        taking: [.textArray, .textArray, .textArray],
        sql: """
            SELECT \(synapseColumns), j.json
            FROM \(synapseTables)
            WHERE e.event_id = ANY ($1) AND told.room_version = ANY ($3)
            UNION ALL
            SELECT \(synapseColumns), NULL
            FROM \(synapseTables)
            WHERE e.event_id = ANY ($2) AND told.room_version = ANY ($3)
            """
    )

    /// `event_auth` has the citations of state events alone; whoever asks makes up for the rest.
    static let streamSynapseChain = Statement(
        "stream_synapse_chain",
        taking: [.textArray, .text, .textArray],
        sql: """
            WITH RECURSIVE chain (event_id) AS (
                SELECT unnest($1)
                UNION
                SELECT cited.auth_id
                FROM chain
                CROSS JOIN LATERAL (
                    SELECT auth_id
                    FROM event_auth
                    WHERE event_auth.event_id = chain.event_id AND room_id = $2
                    OFFSET 0
                ) AS cited
            )
            SELECT event.*
            FROM chain
            CROSS JOIN LATERAL (
                SELECT \(synapseColumns), j.json
                FROM \(synapseTables)
                WHERE e.event_id = chain.event_id AND e.room_id = $2 AND told.room_version = ANY ($3)
                OFFSET 0
            ) AS event
            """
    )

    static let streamSynapseEvents = Statement(
        "stream_synapse_events",
        taking: [.textArray, .text, .textArray],
        sql: """
            SELECT event.*, place
            FROM unnest($1) WITH ORDINALITY AS wanted (event_id, place)
            CROSS JOIN LATERAL (
                SELECT \(synapseColumns), j.json
                FROM \(synapseTables)
                WHERE e.event_id = wanted.event_id AND e.room_id = $2 AND told.room_version = ANY ($3)
                OFFSET 0
            ) AS event
            """
    )

    static let streamSynapseRoom = Statement(
        "stream_synapse_room",
        taking: [.text, .textArray],
        sql: """
            SELECT \(synapseColumns), j.json
            FROM \(synapseTables)
            WHERE e.room_id = $1 AND told.room_version = ANY ($2)
            """
    )

    static let selectSynapseRooms = Statement(
        "select_synapse_rooms",
        taking: [.text, .int8, .textArray],
        sql: """
            SELECT room_id, CASE WHEN room_version <> ALL ($3) THEN room_version END
            FROM rooms
            WHERE room_id > COALESCE($1, '')
            ORDER BY room_id
            LIMIT $2
            """
    )

    static let selectSynapseState = Statement(
        "select_synapse_state",
        taking: [.text],
        sql: "SELECT event_id FROM current_state_events WHERE room_id = $1"
    )

    /// The schema that the tables are of, and the oldest one whose programs can still use them.
    static let synapseSchema = Statement(
        "synapse_schema",
        sql: """
            SELECT v.version::bigint, c.compat_version::bigint
            FROM schema_version AS v
            LEFT JOIN schema_compat_version AS c ON true
            """
    )
}
