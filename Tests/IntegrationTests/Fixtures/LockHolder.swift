import Testing

@testable import PostgresStore

/// Keeps everybody else from reading events, or from storing them, for as long as a test wants.
struct LockHolder {
    private let holding: PostgresConnection
    private let watching: PostgresConnection

    init(_ database: PostgresConfiguration) {
        holding = PostgresConnection(configuration: database, logger: .quiet)
        watching = PostgresConnection(configuration: database, logger: .quiet)
    }

    func lock() async throws {
        try await holding.run("BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
    }

    /// Lets others read.
    func lockAgainstWriters() async throws {
        try await holding.run("BEGIN; LOCK TABLE events IN SHARE MODE")
    }

    func unlock() async throws {
        try await holding.run("COMMIT")
    }

    /// Returns once someone waits for the lock, which must be within half a minute.
    func waitForSomeoneElse() async throws {
        try await watching.run(
            """
            DO $$
            BEGIN
                FOR attempt IN 1..3000 LOOP
                    IF EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass) THEN
                        RETURN;
                    END IF;
                    PERFORM pg_sleep(0.01);
                END LOOP;
                RAISE EXCEPTION 'nobody waits for the lock';
            END
            $$
            """
        )
    }

    /// Returns once nobody waits for the lock any more.
    func waitForNobodyElse(within limit: Duration) async throws {
        try await eventually(within: limit, "nobody waits for the lock") {
            let waiting = try await watching.texts(
                "SELECT pid::text FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass"
            )
            return waiting.isEmpty
        }
    }
}
