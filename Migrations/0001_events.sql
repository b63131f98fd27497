-- Events, each exactly as it was accepted.
--
-- Every string that comes from Matrix is bytea, not text: such a string may hold U+0000, which PostgreSQL's text cannot, and
-- Matrix compares by bytes, as bytea does whatever the database's encoding and collation are. By hand, write
-- WHERE event_id = '$…' as for text, and SET bytea_output = 'escape' to read the answers.
CREATE TABLE events (
    received_at timestamptz NOT NULL DEFAULT now(),
    -- Whether the room's servers must treat the event as rejected: the one column that ever changes.
    rejected boolean NOT NULL,
    event_id bytea NOT NULL,
    room_id bytea NOT NULL,
    room_version text COLLATE "C" NOT NULL,
    type bytea NOT NULL,
    -- Null for an event that is no state event.
    state_key bytea,
    sender bytea NOT NULL,
    -- The room's create event, where it was known.
    create_event_id bytea,
    -- The event's edges in the auth graph, in the order in which it cites them. They are kept in the row, not as rows of
    -- their own: a walk reads them together with their event, and five edges cost 250 bytes here, 600 and an index there.
    auth_event_ids bytea[] NOT NULL,
    -- What the rules said of the event by its own auth events, and the rule that said it.
    verdict text COLLATE "C" NOT NULL CHECK (verdict IN ('allow', 'deny')),
    rule text COLLATE "C" NOT NULL,
    -- The bytes of the PDU. Not jsonb, which loses number texts, key order and \u0000.
    pdu bytea NOT NULL,
    -- In room versions 1 and 2 the sender chooses the event id, so two rooms may each hold an event of the same id. The
    -- hot query asks for event ids alone, which the key's first column answers; there is no other index to keep up.
    PRIMARY KEY (event_id, room_id)
) WITH (
    -- Rows come in and stay: pages are filled whole, and rows frozen at the first vacuum, which the default of a fifth of
    -- the table would put off for 20 million rows in a table of 10^8.
    fillfactor = 100,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_freeze_min_age = 0
);

-- Most PDUs are below the 2 kB from which PostgreSQL compresses, and are read as they lie. For the others lz4 is read several
-- times faster than pglz; a server built without it keeps its default.
DO $$
BEGIN
    ALTER TABLE events ALTER COLUMN pdu SET COMPRESSION lz4;
EXCEPTION
    WHEN feature_not_supported OR invalid_parameter_value THEN
        RAISE NOTICE 'this server has no lz4: large events are compressed with its default method';
END
$$;
