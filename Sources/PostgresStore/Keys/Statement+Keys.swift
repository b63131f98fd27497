extension Statement {
    static let selectServerKeys = Statement(
        "select_server_keys",
        taking: [.byteaArray],
        sql: """
            SELECT server_name, key_id, public_key, valid_until_ts, expired_ts
            FROM server_keys
            WHERE server_name = ANY ($1)
            """
    )

    static let selectAllServerKeys = Statement(
        "select_all_server_keys",
        sql: """
            SELECT server_name, key_id, public_key, valid_until_ts, expired_ts
            FROM server_keys
            ORDER BY server_name, key_id
            """
    )

    /// The condition is that of `ServerKey.isNewer(than:)`; a test holds the two together.
    static let upsertServerKeys = Statement(
        "upsert_server_keys",
        taking: [.byteaArray, .byteaArray, .byteaArray, .int8Array, .int8Array],
        sql: """
            INSERT INTO server_keys AS stored (server_name, key_id, public_key, valid_until_ts, expired_ts)
            SELECT * FROM unnest($1, $2, $3, $4, $5)
            ON CONFLICT (server_name, key_id) DO UPDATE
            SET public_key = excluded.public_key,
                valid_until_ts = excluded.valid_until_ts,
                expired_ts = excluded.expired_ts,
                learned_at = now()
            WHERE CASE
                WHEN excluded.expired_ts IS NOT NULL AND stored.expired_ts IS NOT NULL
                    THEN excluded.expired_ts < stored.expired_ts
                WHEN excluded.expired_ts IS NOT NULL THEN true
                WHEN stored.expired_ts IS NOT NULL THEN false
                WHEN excluded.valid_until_ts IS NOT NULL AND stored.valid_until_ts IS NOT NULL
                    THEN excluded.valid_until_ts > stored.valid_until_ts
                WHEN excluded.valid_until_ts IS NOT NULL THEN true
                WHEN stored.valid_until_ts IS NOT NULL THEN false
                ELSE excluded.public_key <> stored.public_key
            END
            RETURNING server_name, key_id
            """
    )
}
