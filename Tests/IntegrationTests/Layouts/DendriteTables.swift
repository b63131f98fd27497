@testable import PostgresStore

extension HomeserverDatabase {
    /// The recorded rooms as a Dendrite would have them: its tables, filled out of those of the restored Synapse beside them.
    static func filledDendrite() async throws -> HomeserverDatabase {
        let synapse = try await restoredSynapse()
        try await synapse.change(dendriteTables)
        try await synapse.change(dendriteRows)
        return try await HomeserverDatabase(synapse.owner, .dendrite, granting: dendriteGrant)
    }
}

/// The columns and keys of Dendrite's room server, as far as events and current state go.
private let dendriteTables = """
    CREATE TABLE db_migrations (version text PRIMARY KEY, time text NOT NULL, dendrite_version text NOT NULL);
    CREATE TABLE roomserver_event_types (event_type_nid bigint PRIMARY KEY, event_type text NOT NULL UNIQUE);
    CREATE TABLE roomserver_event_state_keys (
        event_state_key_nid bigint PRIMARY KEY, event_state_key text NOT NULL UNIQUE
    );
    CREATE TABLE roomserver_rooms (
        room_nid bigint PRIMARY KEY, room_id text NOT NULL UNIQUE, latest_event_nids bigint[] NOT NULL DEFAULT '{}',
        last_event_sent_nid bigint NOT NULL DEFAULT 0, state_snapshot_nid bigint NOT NULL DEFAULT 0,
        room_version text NOT NULL
    );
    CREATE TABLE roomserver_events (
        event_nid bigint PRIMARY KEY, room_nid bigint NOT NULL, event_type_nid bigint NOT NULL,
        event_state_key_nid bigint NOT NULL, sent_to_output boolean NOT NULL DEFAULT false,
        state_snapshot_nid bigint NOT NULL DEFAULT 0, depth bigint NOT NULL, event_id text NOT NULL UNIQUE,
        auth_event_nids bigint[] NOT NULL, is_rejected boolean NOT NULL DEFAULT false
    );
    CREATE TABLE roomserver_event_json (event_nid bigint PRIMARY KEY, event_json text NOT NULL);
    CREATE TABLE roomserver_state_block (state_block_nid bigint PRIMARY KEY, event_nids bigint[] NOT NULL);
    CREATE TABLE roomserver_state_snapshots (
        state_snapshot_nid bigint PRIMARY KEY, room_nid bigint NOT NULL, state_block_nids bigint[] NOT NULL
    );
    """

/// A room's state is in two blocks: the first has an older event where the second has the one that counts.
private let dendriteRows = """
    INSERT INTO db_migrations VALUES
        ('roomserver: state blocks refactor', '', ''),
        ('roomserver: drop column reference_sha from roomserver_events', '', ''),
        ('syncapi: something else', '', '');
    INSERT INTO roomserver_event_types
        SELECT COALESCE(array_position(ARRAY['m.room.create', 'm.room.power_levels', 'm.room.join_rules',
                   'm.room.third_party_invite', 'm.room.member', 'm.room.redaction', 'm.room.history_visibility'], type),
                   65535 + row_number() OVER (ORDER BY type)), type
        FROM (SELECT DISTINCT type FROM events) AS types;
    INSERT INTO roomserver_event_state_keys VALUES (1, '');
    INSERT INTO roomserver_event_state_keys
        SELECT 65535 + row_number() OVER (ORDER BY state_key), state_key
        FROM (SELECT DISTINCT state_key FROM events WHERE state_key <> '') AS keys;
    INSERT INTO roomserver_rooms (room_nid, room_id, room_version)
        SELECT row_number() OVER (ORDER BY room_id), room_id, room_version FROM rooms;
    CREATE TEMP TABLE nids AS
        SELECT row_number() OVER (ORDER BY stream_ordering) AS nid, event_id FROM events;
    CREATE UNIQUE INDEX ON nids (event_id);
    INSERT INTO roomserver_events (event_nid, room_nid, event_type_nid, event_state_key_nid, depth, event_id,
                                   auth_event_nids, is_rejected)
        SELECT nid, room_nid, event_type_nid, COALESCE(event_state_key_nid, 0), depth, e.event_id,
               ARRAY(
                   SELECT cited.nid
                   FROM json_array_elements(j.json::json -> 'auth_events') AS citation
                   JOIN nids AS cited
                       ON cited.event_id = CASE format_version WHEN 1 THEN citation ->> 0 ELSE citation #>> '{}' END
               ),
               EXISTS (SELECT FROM rejections AS x WHERE x.event_id = e.event_id)
        FROM events AS e
        JOIN nids ON nids.event_id = e.event_id
        JOIN event_json AS j ON j.event_id = e.event_id
        JOIN roomserver_rooms AS r ON r.room_id = e.room_id
        JOIN roomserver_event_types AS t ON t.event_type = e.type
        LEFT JOIN roomserver_event_state_keys AS k ON k.event_state_key = e.state_key;
    INSERT INTO roomserver_event_json SELECT nid, json FROM nids JOIN event_json USING (event_id);
    INSERT INTO roomserver_state_block
        SELECT 2 * room_nid, array_agg(nid) FROM current_state_events JOIN nids USING (event_id)
        JOIN roomserver_rooms USING (room_id) GROUP BY room_nid;
    INSERT INTO roomserver_state_block
        SELECT 2 * e.room_nid - 1, array_agg(DISTINCT first_nid)
        FROM (
            SELECT room_nid, min(event_nid) AS first_nid FROM roomserver_events
            WHERE event_state_key_nid > 0 AND NOT is_rejected
                AND (room_nid, event_type_nid, event_state_key_nid) IN (
                    SELECT c.room_nid, c.event_type_nid, c.event_state_key_nid
                    FROM roomserver_state_block AS b JOIN roomserver_events AS c ON c.event_nid = ANY (b.event_nids)
                )
            GROUP BY room_nid, event_type_nid, event_state_key_nid
        ) AS e
        GROUP BY e.room_nid;
    INSERT INTO roomserver_state_snapshots
        SELECT room_nid, room_nid, ARRAY[2 * room_nid - 1, 2 * room_nid] FROM roomserver_rooms
        WHERE 2 * room_nid IN (SELECT state_block_nid FROM roomserver_state_block);
    UPDATE roomserver_rooms SET state_snapshot_nid = room_nid
        WHERE room_nid IN (SELECT room_nid FROM roomserver_state_snapshots);
    """
