import AuthGraph
import Foundation
import MatrixEvents
import Synchronization

@testable import PostgresStore

/// A store on `database`, or on a new one, whose tables are those of this build.
func makeStore(_ database: PostgresConfiguration? = nil) async throws -> PostgresStore {
    let database =
        if let database { database } else { try await TemporaryPostgres.shared.makeDatabase() }
    _ = try await Migrator(configuration: database, logger: .quiet).migrate()
    let store = PostgresStore(configuration: database, logger: .quiet)
    try await store.checkSchema()
    return store
}

/// A connection of the test's own, beside the store's, on which a statement may take as long as a busy machine needs.
func makeConnection(_ database: PostgresConfiguration) -> PostgresConnection {
    var database = database
    database.statementTimeout = nil
    return PostgresConnection(configuration: database, logger: .quiet)
}

extension PostgresConnection {
    /// Fills the room `!room:a.example` with events `$1`, `$2` and so on, each of which cites the one before it and one half
    /// as far from the first. The server makes them, without content: storing real ones takes longer than the test.
    func fillRoom(eventCount: Int, pduByteCount: Int = 100) async throws {
        try await run(
            """
            INSERT INTO events
                (event_id, room_id, room_version, type, sender, auth_event_ids, verdict, rule, rejected, pdu)
            SELECT convert_to('$' || n, 'UTF8'), '!room:a.example', '1', 't', '@a:b',
                   CASE WHEN n = 1 THEN '{}' ELSE
                       ARRAY[convert_to('$' || n - 1, 'UTF8'), convert_to('$' || (n + 1) / 2, 'UTF8')]
                   END,
                   'allow', 'test', false, convert_to(repeat('x', \(pduByteCount)), 'UTF8')
            FROM generate_series(1, \(eventCount)) AS n
            """
        )
    }

    /// Ends all other sessions of the database.
    func killOthers() async throws {
        try await run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    }

    /// The server processes of all other sessions of the database.
    func otherProcesses() async throws -> [pid_t] {
        try await texts(
            """
            SELECT pid::text FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            """
        ).compactMap { pid_t($0) }
    }
}

extension EventID: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self.init(text)
    }
}

/// What a stream has handed on so far.
final class ReceivedEvents: Sendable {
    private let state = Mutex<[StoredEvent]>([])

    var all: [StoredEvent] { state.withLock { $0 } }
    var ids: [EventID] { all.map(\.id) }

    /// Takes one more event, and returns how many there are now.
    @discardableResult
    func append(_ event: StoredEvent) -> Int {
        state.withLock { events in
            events.append(event)
            return events.count
        }
    }
}
