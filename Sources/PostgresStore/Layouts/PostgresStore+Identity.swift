package import AuthGraph

extension PostgresStore {
    /// What tells the database from others: the number of its cluster, which standbys share, or the address of the server where
    /// that may not be read, and its name.
    package func databaseIdentity() async throws(EventStoreError) -> String {
        try await lookUp { (session) throws(PostgresError) in
            let name = try session.text(of: .databaseName)
            do throws(PostgresError) {
                return "\(try session.text(of: .systemIdentifier))/\(name)"
            } catch {
                guard case .failed(_, .insufficientPrivilege, _) = error else { throw error }
                return "\(try session.text(of: .serverAddress))/\(name)"
            }
        }
    }
}

extension PostgresSession {
    fileprivate func text(of statement: Statement) throws(PostgresError) -> String {
        let rows = try query(statement) { (result, row) throws(PostgresError) in try result.text(row: row, column: 0) }
        guard let text = rows.first else { throw .unexpectedAnswer(statement: statement.name, expected: "a row") }
        return text
    }
}

extension Statement {
    fileprivate static let databaseName = Statement("database_name", sql: "SELECT current_database()::text")
    fileprivate static let systemIdentifier = Statement(
        "system_identifier",
        sql: "SELECT system_identifier::text FROM pg_control_system()"
    )
    fileprivate static let serverAddress = Statement(
        "server_address",
        sql: "SELECT COALESCE(host(inet_server_addr()), 'local')"
    )
}
