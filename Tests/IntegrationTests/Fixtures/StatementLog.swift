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
                .filter { !["configure", "probe", "health"].contains($0) }
        }
    }
}
