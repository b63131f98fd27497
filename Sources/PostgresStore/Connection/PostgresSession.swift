/// A live connection with what it has prepared. Synchronous: it blocks its connection's thread, and never leaves it.
package final class PostgresSession {
    private let libpq: LibpqConnection
    private let statementTimeout: Duration?
    private var prepared: Set<String> = []

    /// How much longer than the server's own limit an answer may take, before the connection counts as lost.
    private static let answerGrace: Duration = .seconds(2)

    init(configuration: PostgresConfiguration, backOff: inout BackOff) throws(PostgresError) {
        libpq = try LibpqConnection(keywords: configuration.libpqKeywords, backOff: &backOff)
        statementTimeout = configuration.statementTimeout
        try configure()
    }

    /// Runs a prepared statement and reads each row of its answer.
    func query<Row>(
        _ statement: Statement,
        _ parameters: Parameters = Parameters(),
        row read: (borrowing QueryResult, Int) throws(PostgresError) -> Row
    ) throws(PostgresError) -> [Row] {
        if !prepared.contains(statement.name) {
            try libpq.prepare(statement, deadline: deadline)
            prepared.insert(statement.name)
        }
        let result = try libpq.run(statement, parameters, deadline: deadline)
        var rows: [Row] = []
        rows.reserveCapacity(result.rowCount)
        for row in 0..<result.rowCount {
            rows.append(try read(result, row))
        }
        return rows
    }

    /// Runs a prepared statement whose rows, if any, do not matter.
    func run(_ statement: Statement, _ parameters: Parameters = Parameters()) throws(PostgresError) {
        _ = try query(statement, parameters) { (_, _) throws(PostgresError) in }
    }

    /// Runs a script of statements without parameters.
    func run(script: String, named name: String) throws(PostgresError) {
        try libpq.run(script: script, named: name, deadline: deadline)
    }

    /// Runs `body` in a transaction: all of it takes effect, or nothing.
    func transaction<Value>(
        _ body: () throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        try run(script: "BEGIN", named: "begin")
        do throws(PostgresError) {
            let value = try body()
            try run(script: "COMMIT", named: "commit")
            return value
        } catch {
            // On a lost connection there is nothing left to roll back, and what went wrong first is what counts.
            if !error.endsConnection { try run(script: "ROLLBACK", named: "rollback") }
            throw error
        }
    }

    private var deadline: Deadline {
        .after(statementTimeout.map { $0 + Self.answerGrace })
    }

    /// Sets what every statement of this service wants of its connection.
    private func configure() throws(PostgresError) {
        var parameters = Parameters()
        let milliseconds = statementTimeout.map { Int64(($0 / .milliseconds(1)).rounded(.up)) } ?? 0
        parameters.append(String(milliseconds))
        try run(.configure, parameters)
    }
}

extension Statement {
    /// The hot statements look up keys: a plan made once serves them all, and none is worth compiling.
    fileprivate static let configure = Statement(
        "configure",
        taking: [.text],
        sql: """
            SELECT set_config('statement_timeout', $1, false),
                   set_config('plan_cache_mode', 'force_generic_plan', false),
                   set_config('jit', 'off', false)
            """
    )
}
