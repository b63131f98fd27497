/// A position in the write-ahead log of a PostgreSQL server and of those that follow it.
struct LogPosition: Equatable, Sendable {
    /// Tells servers apart that do not follow each other.
    let system: String
    let offset: Int64

    /// Whether a server that is here has everything that there was at `other`.
    func hasReached(_ other: LogPosition) -> Bool {
        system == other.system && offset >= other.offset
    }
}

/// Where the database was at which moment, as far back as it may matter.
struct PositionHistory: Sendable {
    private var entries: [(position: LogPosition, instant: ContinuousClock.Instant)] = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Notes where the database was at `instant` or later.
    mutating func add(_ position: LogPosition, at instant: ContinuousClock.Instant) {
        if entries.count == capacity { entries.removeFirst() }
        entries.append((position, instant))
    }

    /// The last known moment of which a server that is at `position` has everything.
    func lastMoment(within position: LogPosition) -> ContinuousClock.Instant? {
        entries.last { position.hasReached($0.position) }?.instant
    }
}

extension PostgresSession {
    /// Where the server writes, what it shows to anybody having been written before this, and up to where that is on disk.
    func writePosition() throws(PostgresError) -> (written: LogPosition, flushed: LogPosition) {
        (try position(.writePosition), try position(.flushPosition))
    }

    /// Has the server bring to disk, and so to its replicas, what no transaction has waited for: it may leave that for 15 s.
    func flushLog() throws(PostgresError) {
        try run(.flushLog)
    }

    /// Up to where the server has taken over what another one wrote; negative for one that follows nobody.
    func replayPosition() throws(PostgresError) -> LogPosition {
        try position(.replayPosition)
    }

    private func position(_ statement: Statement) throws(PostgresError) -> LogPosition {
        let positions = try query(statement) { (result, row) throws(PostgresError) in
            LogPosition(
                system: try result.text(row: row, column: 0),
                offset: try result.integer(row: row, column: 1)
            )
        }
        guard let position = positions.first else {
            throw .unexpectedAnswer(statement: statement.name, expected: "a position")
        }
        return position
    }
}

extension Statement {
    /// The end of what has been inserted: with `synchronous_commit` off others see what is not on disk yet.
    fileprivate static let writePosition = Statement(
        "write_position",
        sql: """
            SELECT system_identifier::text, (pg_current_wal_insert_lsn() - '0/0')::int8
            FROM pg_control_system()
            """
    )

    fileprivate static let flushPosition = Statement(
        "flush_position",
        sql: """
            SELECT system_identifier::text, (pg_current_wal_flush_lsn() - '0/0')::int8
            FROM pg_control_system()
            """
    )

    /// A transaction that has a number is written when it ends, and what is before it with it.
    fileprivate static let flushLog = Statement("flush_log", sql: "SELECT txid_current()")

    fileprivate static let replayPosition = Statement(
        "replay_position",
        sql: """
            SELECT system_identifier::text,
                   CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::int8 ELSE -1 END
            FROM pg_control_system()
            """
    )
}
