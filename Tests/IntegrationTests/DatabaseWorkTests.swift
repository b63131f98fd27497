import AuthGraph
import MatrixEvents
import Synchronization
import Testing

@testable import PostgresStore

/// What the store tells of its work with the database.
struct DatabaseWorkTests {
    @Test
    func `each piece of work is timed once, under its kind`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await Migrator(configuration: database, logger: .quiet).migrate()
        let log = TimeLog()
        let store = PostgresStore(configuration: database, logger: .quiet) { log.add($0, $1) }
        try await store.probe()
        let event = try makeEvent("$1:a.example")
        _ = try await store.save([event])
        _ = try await store.load([event.event.id])
        try await store.stream([event.event.id], in: event.event.roomID) { _ in true }
        #expect(log.works == [.probe, .write, .load, .stream])
        #expect(log.times.allSatisfy { $0 > .zero })
        await store.close()
    }
}

/// What a store reported.
private final class TimeLog: Sendable {
    private let entries = Mutex<[(work: DatabaseWork, time: Duration)]>([])

    var works: [DatabaseWork] { entries.withLock { $0.map(\.work) } }
    var times: [Duration] { entries.withLock { $0.map(\.time) } }

    func add(_ work: DatabaseWork, _ time: Duration) {
        entries.withLock { $0.append((work, time)) }
    }
}
