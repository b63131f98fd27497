package import AuthGraph
package import Logging
package import MatrixEvents
import ServiceLifecycle

/// The events of all rooms, and the keys of all servers, in PostgreSQL.
package final class PostgresStore: Service {
    private let pool: PostgresPool
    /// For probes alone: a pool that is in use throughout is no sign of ill health.
    private let probeConnection: PostgresConnection
    private let configuration: PostgresConfiguration
    private let logger: Logger

    package init(configuration: PostgresConfiguration, logger: Logger) {
        pool = PostgresPool(configuration: configuration, logger: logger)
        probeConnection = PostgresConnection(configuration: configuration, logger: logger)
        self.configuration = configuration
        self.logger = logger
    }

    /// Keeps the connections until graceful shutdown, then lets running statements finish and closes them.
    package func run() async throws {
        try await pool.run()
        await probeConnection.close()
    }

    /// Closes the connections, where `run()` does not.
    package func close() async {
        await pool.close()
        await probeConnection.close()
    }

    /// Throws `schemaNotCurrent`, whose description names the remedy, where the database's tables are not those of this build.
    package func checkSchema() async throws(PostgresError) {
        let state = try await Migrator(configuration: configuration, logger: logger).schemaState()
        guard state == .current else { throw .schemaNotCurrent(state) }
    }

    /// Throws where the database does not answer at present.
    package func probe() async throws(PostgresError) {
        try await probeConnection.perform(isIdempotent: true) { (session) throws(PostgresError) in
            try session.run(.probe)
        }
    }

    /// Runs `body` on a connection of the pool; the error's details go to the log, and not to the caller.
    func perform<Value: Sendable>(
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async throws(EventStoreError) -> Value {
        do {
            return try await pool.perform(isIdempotent: true, body)
        } catch {
            logger.error("PostgreSQL gave no answer", metadata: ["error": "\(error)"])
            throw EventStoreError(error)
        }
    }
}

extension PostgresStore: EventStore {
    package func load(_ ids: [EventID]) async throws(EventStoreError) -> [StoredEvent] {
        if ids.isEmpty { return [] }
        return try await perform { (session) throws(PostgresError) in try session.events(withIDs: ids) }
    }

    /// Where the connection is lost while the events are stored, they are stored once more: those that had been stored the
    /// first time are then reported as known.
    package func save(_ events: [NewEvent]) async throws(EventStoreError) -> [Bool] {
        if events.isEmpty { return [] }
        return try await perform { (session) throws(PostgresError) in try session.insert(events) }
    }
}

extension EventStoreError {
    /// Says what kind of error it was in words fit for a client, which the server's own are not.
    fileprivate init(_ error: PostgresError) {
        switch error {
        case .unreachable, .connectionLost: self = .unavailable("the database cannot be reached")
        case .waitLimitExceeded, .tooManyWaiters: self = .unavailable("the database is too busy")
        case .cancelled, .closed: self = .unavailable("the call or the service is ending")
        case .failed(_, .queryCanceled, _): self = .unavailable("the database is too slow")
        case .failed(_, let sqlState, _) where sqlState.isTransient:
            self = .unavailable("the database cannot answer at present")
        case .failed, .invalidURL, .unexpectedAnswer, .schemaNotCurrent:
            self = .defective("the database refuses what this service asks of it")
        }
    }
}

extension Statement {
    fileprivate static let probe = Statement("probe", sql: "SELECT 1")
}
