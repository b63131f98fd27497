package import Logging

/// Brings a database's layout to that of this build.
package struct Migrator: Sendable {
    private let connection: PostgresConnection
    private let migrations: [Migration]
    private let logger: Logger

    package init(configuration: PostgresConfiguration, migrations: [Migration] = Migration.all, logger: Logger) {
        var configuration = configuration
        // A migration takes as long as its table is large, and waits for another migrator.
        configuration.statementTimeout = nil
        connection = PostgresConnection(configuration: configuration, logger: logger)
        self.migrations = migrations
        self.logger = logger
    }

    /// Applies every migration that the database lacks, in order, and returns those that this call applied.
    ///
    /// Each is applied in a transaction of its own, under a lock that only one migrator holds at a time. Throws `schemaNotCurrent`,
    /// having applied nothing more, where the database is ahead of this build or has had other migrations.
    package func migrate() async throws(PostgresError) -> [Migration] {
        var applied: [Migration] = []
        while let migration = try await applyNext() {
            logger.notice("Applied a migration", metadata: ["migration": "\(migration.label)"])
            applied.append(migration)
        }
        return applied
    }

    /// How the database compares with this build, changing nothing.
    package func schemaState() async throws(PostgresError) -> SchemaState {
        try await connection.perform(isIdempotent: true) { [migrations] (session) throws(PostgresError) in
            SchemaState(applied: try session.appliedMigrations(), known: migrations)
        }
    }

    /// Applies the first migration that the database lacks; nil if it lacks none.
    private func applyNext() async throws(PostgresError) -> Migration? {
        try await connection.perform { [migrations] (session) throws(PostgresError) in
            try session.transaction { () throws(PostgresError) in
                try session.run(.lockMigrations)
                let applied = try session.appliedMigrations()
                let state = SchemaState(applied: applied, known: migrations)
                if state == .current { return nil }
                guard case .behind = state else { throw .schemaNotCurrent(state) }
                guard let next = migrations.first(where: { known in !applied.contains { $0.version == known.version } })
                else { return nil }
                try session.apply(next)
                return next
            }
        }
    }
}

extension PostgresSession {
    /// What the database has had, in order; nothing where it has never been migrated.
    func appliedMigrations() throws(PostgresError) -> [AppliedMigration] {
        let exists = try query(.migrationsTableExists) { (result, row) throws(PostgresError) in
            try result.boolean(row: row, column: 0)
        }
        guard exists == [true] else { return [] }
        return try query(.appliedMigrations) { (result, row) throws(PostgresError) in
            AppliedMigration(
                version: try result.integer(row: row, column: 0),
                name: try result.text(row: row, column: 1),
                checksum: try result.text(row: row, column: 2)
            )
        }
    }

    fileprivate func apply(_ migration: Migration) throws(PostgresError) {
        try run(script: createMigrationsTable, named: "create_migrations_table")
        try run(script: String(decoding: migration.sql, as: UTF8.self), named: migration.label)
        var parameters = Parameters()
        parameters.append(migration.version)
        parameters.append(migration.name)
        parameters.append(migration.checksum)
        try run(.recordMigration, parameters)
    }
}

private let createMigrationsTable = """
    CREATE TABLE IF NOT EXISTS eventauth_migrations (
        version bigint PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
    """

extension Statement {
    /// Held until the transaction ends. The number is "eventaut" in ASCII: any would do that no other program takes.
    fileprivate static let lockMigrations = Statement(
        "lock_migrations",
        sql: "SELECT pg_advisory_xact_lock(7311142570155930996)"
    )

    fileprivate static let migrationsTableExists = Statement(
        "migrations_table_exists",
        sql: "SELECT to_regclass('eventauth_migrations') IS NOT NULL"
    )

    fileprivate static let appliedMigrations = Statement(
        "applied_migrations",
        sql: "SELECT version, name, checksum FROM eventauth_migrations ORDER BY version"
    )

    fileprivate static let recordMigration = Statement(
        "record_migration",
        taking: [.int8, .text, .text],
        sql: "INSERT INTO eventauth_migrations (version, name, checksum) VALUES ($1, $2, $3)"
    )
}
