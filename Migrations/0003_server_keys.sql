-- The keys with which servers sign events, as far as anyone has told.
--
-- Names are bytea, as the events' strings are: they are compared by bytes, and may hold U+0000.
CREATE TABLE server_keys (
    -- When what the row says was stored.
    learned_at timestamptz NOT NULL DEFAULT now(),
    -- In milliseconds since 1970: until when the server vouched for the key. Null where nothing bounds it.
    valid_until_ts bigint,
    -- In milliseconds since 1970: when the server stopped using the key. Null for one that it still uses.
    expired_ts bigint,
    server_name bytea NOT NULL,
    key_id bytea NOT NULL,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    -- The hot query asks for all keys of some servers, which the key's first column answers.
    PRIMARY KEY (server_name, key_id)
);
