/// A live connection with what it has prepared. Synchronous: it blocks its connection's thread, and never leaves it.
package final class PostgresSession {
    private let libpq: LibpqConnection
    /// Whose tables the session reads.
    let layout: DatabaseLayout
    /// What asks for events in them.
    let statements: EventStatements
    /// How long the server lets one statement run.
    private let statementTimeout: Duration?
    private var prepared: Set<String> = []
    private var channels: Set<String> = []
    /// False once a statement could not be ended: only a new connection helps.
    private(set) var isUsable = true

    /// How much longer than the server's own limit an answer may take, before the connection counts as lost.
    private let answerGrace: Duration

    init(configuration: PostgresConfiguration, backOff: inout BackOff) throws(PostgresError) {
        libpq = try LibpqConnection(
            keywords: configuration.libpqKeywords,
            limit: configuration.connectLimit,
            backOff: &backOff
        )
        layout = configuration.layout
        statements = configuration.layout.statements
        statementTimeout = configuration.statementTimeout
        answerGrace = configuration.answerGrace
        try configure()
    }

    /// Runs a prepared statement and reads each row of its answer.
    func query<Row>(
        _ statement: Statement,
        _ parameters: Parameters = Parameters(),
        row read: (borrowing QueryResult, Int) throws(PostgresError) -> Row
    ) throws(PostgresError) -> [Row] {
        try prepare(statement, deadline)
        let result = try libpq.run(statement, parameters, deadline: deadline)
        var rows: [Row] = []
        rows.reserveCapacity(result.rowCount)
        for row in 0..<result.rowCount {
            rows.append(try read(result, row))
        }
        return rows
    }

    /// Runs a prepared statement and hands `receive` its answer row by row, as it comes, until `receive` returns false or
    /// throws, or the task is cancelled. The server then ends the statement.
    func stream(
        _ statement: Statement,
        _ parameters: Parameters,
        row receive: (borrowing QueryResult) throws(PostgresError) -> Bool
    ) throws(PostgresError) {
        let deadline = deadline.orCancellation
        var hasBegun = false
        var refusal: PostgresError?
        do throws(PostgresError) {
            try prepare(statement, deadline)
            let isComplete = try libpq.stream(statement, parameters, deadline: deadline) { result in
                hasBegun = true
                do throws(PostgresError) {
                    return try receive(result)
                } catch {
                    refusal = error
                    return false
                }
            }
            if !isComplete { cancel(statement) }
        } catch .cancelled {
            cancel(statement)
            throw .cancelled
        } catch {
            throw hasBegun ? error.amidStream : error
        }
        if let refusal { throw refusal }
    }

    /// Runs a prepared statement whose rows, if any, do not matter.
    func run(_ statement: Statement, _ parameters: Parameters = Parameters()) throws(PostgresError) {
        _ = try query(statement, parameters) { (_, _) throws(PostgresError) in }
    }

    /// Runs a script of statements without parameters.
    func run(script: String, named name: String) throws(PostgresError) {
        try libpq.run(script: script, named: name, deadline: deadline)
    }

    /// Listens to what is notified on `channel` from now on; false where the session did already.
    func beginListening(to channel: String) throws(PostgresError) -> Bool {
        if channels.contains(channel) { return false }
        try run(script: "LISTEN \(channel)", named: "listen")
        channels.insert(channel)
        return true
    }

    /// What was notified on the channels listened to, in order; waits up to `limit` for something.
    func notifications(within limit: Duration) throws(PostgresError) -> [String] {
        let payloads = try libpq.notifications(deadline: .after(limit))
        // Nothing is also what a server says that vanished without a word.
        if payloads.isEmpty { try run(.probe) }
        return payloads
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

    private func prepare(_ statement: Statement, _ deadline: Deadline) throws(PostgresError) {
        if prepared.contains(statement.name) { return }
        try libpq.prepare(statement, deadline: deadline)
        prepared.insert(statement.name)
    }

    /// Ends a statement of which the caller has enough. Where that fails the caller has enough all the same.
    private func cancel(_ statement: Statement) {
        do {
            try libpq.cancel(statement, deadline: .after(answerGrace))
            // Whether the server has prepared it all the same is not known.
            if !prepared.contains(statement.name) { isUsable = false }
        } catch {
            isUsable = false
        }
    }

    private var deadline: Deadline {
        .after(statementTimeout.map { $0 + answerGrace })
    }

    /// Sets what every statement of this service wants of its connection.
    private func configure() throws(PostgresError) {
        try run(.configure, Parameters(timeout: statementTimeout))
        if layout.isReadOnly { try run(.configureReading) }
    }
}

extension PostgresError {
    /// The same where part of an answer has been handed on.
    fileprivate var amidStream: PostgresError {
        guard case .connectionLost(let statement, let sqlState, let message) = self else { return self }
        return .streamBroken(statement: statement, sqlState: sqlState, message: message)
    }
}

extension Parameters {
    /// As PostgreSQL reads a timeout: whole milliseconds, 0 for none.
    fileprivate init(timeout: Duration?) {
        self.init()
        append(String(timeout.map { Int64(($0 / .milliseconds(1)).rounded(.up)) } ?? 0))
    }
}

extension Statement {
    /// The statements look up keys: a plan made once serves them all, and none is worth compiling. Such a plan may be made
    /// while the table is still empty or was never analyzed, and must be the right one for 10^8 rows all the same: the
    /// primary key's index, nothing read in full, and no memory for rows that are asked for once.
    fileprivate static let configure = Statement(
        "configure",
        taking: [.text],
        sql: """
            SELECT set_config('statement_timeout', $1, false),
                   set_config('plan_cache_mode', 'force_generic_plan', false),
                   set_config('jit', 'off', false),
                   set_config('enable_seqscan', 'off', false),
                   set_config('enable_memoize', 'off', false)
            """
    )

    /// On a homeserver's tables nothing is ever written, whatever the role may do. Their plans too are look-ups by key, one
    /// row after the other, however little is known of the tables.
    fileprivate static let configureReading = Statement(
        "configure_reading",
        sql: """
            SELECT set_config('default_transaction_read_only', 'on', false),
                   set_config('enable_hashjoin', 'off', false),
                   set_config('enable_mergejoin', 'off', false)
            """
    )

    /// Whether the connection is still there.
    static let probe = Statement("probe", sql: "SELECT 1")
    /// Whether the server answers. Apart from the other, so that whoever looks at the server can tell them apart.
    static let health = Statement("health", sql: "SELECT true AS healthy")
}
