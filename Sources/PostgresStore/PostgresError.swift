/// What kept PostgreSQL from answering.
///
/// The texts are for logs: they come from the server and may name tables and hosts, so none of them goes to a client.
package enum PostgresError: Error, Hashable, Sendable {
    /// The database URL cannot be read. It is not quoted here, since it may hold a password.
    case invalidURL
    /// No connection could be made; the next attempt is not made before `retryAfter` has passed.
    case unreachable(message: String, retryAfter: Duration)
    /// The connection broke while `statement` ran, so whether it took effect is not known.
    case connectionLost(statement: String, sqlState: SQLState?, message: String)
    /// The connection broke while `statement` streamed: part of its answer has been handed on, so it must not be run again
    /// without its caller.
    case streamBroken(statement: String, sqlState: SQLState?, message: String)
    /// The server refused `statement`.
    case failed(statement: String, sqlState: SQLState, message: String)
    /// The server's answer to `statement` is not of the shape that this build reads.
    case unexpectedAnswer(statement: String, expected: String)
    /// No connection of the pool came free within the limit.
    case waitLimitExceeded(Duration)
    /// As many callers wait for a connection as may.
    case tooManyWaiters(Int)
    /// The caller was cancelled while it waited for a connection.
    case cancelled
    /// The pool or the connection has been closed.
    case closed
    /// The database's tables are not those of this build.
    case schemaNotCurrent(SchemaState)

    /// A homeserver's tables are not such as this build knows.
    case schemaNotSupported(HomeserverSchema)
    /// The tables are a homeserver's, and only read.
    case readOnly(DatabaseLayout)

    /// Whether the same call may succeed later with nothing changed by anyone.
    package var isRetryable: Bool {
        switch self {
        case .unreachable, .connectionLost, .streamBroken, .waitLimitExceeded, .tooManyWaiters: true
        case .failed(_, let sqlState, _): sqlState.isTransient
        case .invalidURL, .unexpectedAnswer, .cancelled, .closed, .schemaNotCurrent, .schemaNotSupported, .readOnly:
            false
        }
    }

    /// The server's own code for what went wrong, where it gave one.
    package var sqlState: SQLState? {
        switch self {
        case .connectionLost(_, let sqlState, _), .streamBroken(_, let sqlState, _): sqlState
        case .failed(_, let sqlState, _): sqlState
        default: nil
        }
    }

    /// Whether the connection that threw this is of no more use.
    var endsConnection: Bool {
        switch self {
        case .connectionLost, .streamBroken: true
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL: "the database URL is not of the form postgresql://USER@HOST:PORT/DATABASE"
        case .unreachable(let message, _): "cannot connect to PostgreSQL: \(message)"
        case .connectionLost(let statement, let sqlState, let message):
            "the connection to PostgreSQL broke during \(statement) (\(sqlState?.code ?? "no SQLSTATE")): \(message)"
        case .streamBroken(let statement, let sqlState, let message):
            "the connection to PostgreSQL broke amid \(statement) (\(sqlState?.code ?? "no SQLSTATE")): \(message)"
        case .failed(let statement, let sqlState, let message):
            "PostgreSQL refused \(statement) (\(sqlState.code)): \(message)"
        case .unexpectedAnswer(let statement, let expected): "PostgreSQL answered \(statement) without \(expected)"
        case .waitLimitExceeded(let limit): "no database connection came free within \(limit)"
        case .tooManyWaiters(let count): "\(count) callers already wait for a database connection"
        case .cancelled: "the caller gave up waiting for a database connection"
        case .closed: "the database connections are closed"
        case .schemaNotCurrent(let state): state.description
        case .schemaNotSupported(let schema): schema.description
        case .readOnly(let layout): "the tables are those of a \(layout.name), and only read"
        }
    }
}
