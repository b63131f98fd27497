import Foundation

@testable import PostgresStore

/// The statements that services asked a database, as its server itself logs them: before it runs each, so that none is told of
/// late, and none is left out.
struct StatementLog {
    private let postgres: TemporaryPostgres
    private let database: String

    /// Has the database's sessions logged that begin from now on.
    init(of database: PostgresConfiguration, on postgres: TemporaryPostgres) async throws {
        self.postgres = postgres
        let connection = makeConnection(database)
        self.database = try await connection.texts("SELECT current_database()::text")[0]
        try await connection.run("ALTER DATABASE \(self.database) SET log_statement = 'all'")
    }

    /// The same on a standby, which has the setting from the database.
    init(following log: StatementLog, on standby: TemporaryPostgres) {
        postgres = standby
        database = log.database
    }

    /// The names of the prepared statements that `body` had run, in order; those that look after connections left out.
    func statements(during body: () async throws -> Void) async throws -> [String] {
        let before = try statements.count
        try await body()
        return Array(try statements.dropFirst(before))
    }

    private var statements: [String] {
        get throws {
            let start = "\(database) eventauth|LOG:  execute "
            return try postgres.log.split(separator: "\n").filter { $0.hasPrefix(start) }
                .map { String($0.dropFirst(start.count).prefix { $0 != ":" }) }
                .filter { !Self.connectionStatements.contains($0) }
        }
    }

    private static let connectionStatements = [
        "configure", "probe", "health", "write_position", "flush_position", "flush_log", "replay_position",
    ]
}
