/// A statement that a connection prepares when it first runs it.
struct Statement: Sendable {
    /// Names the statement on the server, in errors and in logs.
    let name: String
    let sql: String
    let parameterTypes: [PostgresType]

    init(_ name: String, taking parameterTypes: [PostgresType] = [], sql: String) {
        self.name = name
        self.sql = sql
        self.parameterTypes = parameterTypes
    }
}
