-- What the whole chain says of an event, and word to every server of a change of what was decided.
--
-- The verdict of a chain is written once, by whoever asks first. No row holds one yet, so the check has nothing to look at:
-- NOT VALID spares a scan of a table that may be large, under a lock that keeps everybody out. A row that gets its verdict
-- moves to another page, as pages are filled whole; later events fill what it leaves.
ALTER TABLE events
    ADD COLUMN chain_verdict text COLLATE "C",
    ADD COLUMN chain_rule text COLLATE "C",
    ADD CONSTRAINT events_chain_verdict CHECK (
        (chain_verdict IS NULL) = (chain_rule IS NULL) AND (chain_verdict IS NULL OR chain_verdict IN ('allow', 'deny'))
    ) NOT VALID;

-- Servers hold events in memory and believe what they hold. Whoever flips `rejected`, by hand too, tells them so.
--
-- The payload is a list of event ids in hexadecimal with spaces between, or `*`: everything may have changed. A payload may
-- have 8000 bytes, so ids are listed some 80 at a time; past a thousand, or with an id longer than Matrix allows, `*` costs
-- everybody less than the list.
--
-- Writers pay when they commit: transactions that notify commit one after the other, in all databases of the server. That is
-- why nothing is said of an update that flips nothing, as when a chain's verdict is written.
CREATE FUNCTION eventauth_notify_outcomes() RETURNS trigger LANGUAGE plpgsql
    -- The plan is made once for a connection and serves updates of one row as well as of all: a loop in a loop would be
    -- quadratic for the latter.
    SET enable_nestloop = off
AS $$
DECLARE
    flipped bytea[] := ARRAY(
        SELECT DISTINCT event_id
        FROM before JOIN after USING (event_id, room_id)
        WHERE before.rejected <> after.rejected
        LIMIT 1001
    );
BEGIN
    IF cardinality(flipped) > 1000 OR EXISTS (SELECT FROM unnest(flipped) AS id WHERE length(id) > 255) THEN
        PERFORM pg_notify('eventauth_outcomes', '*');
    ELSE
        PERFORM pg_notify('eventauth_outcomes', string_agg(encode(id, 'hex'), ' '))
        FROM (SELECT id, sum(2 * length(id) + 1) OVER (ORDER BY id) / 7000 AS part FROM unnest(flipped) AS id) AS listed
        GROUP BY part;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER events_notify_outcomes
    AFTER UPDATE ON events
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION eventauth_notify_outcomes();
