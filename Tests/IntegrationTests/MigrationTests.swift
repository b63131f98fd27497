import AuthGraph
import EventAuthorization
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

@Suite
struct MigrationTests {
    private let first = Migration(version: 1, name: "first", sql: Array("CREATE TABLE first (id int)".utf8))
    private let second = Migration(
        version: 2,
        name: "second",
        sql: Array("CREATE TABLE second (id int); CREATE INDEX ON second (id);".utf8)
    )

    @Test
    func `a new database gets every migration, and then needs none`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let migrator = Migrator(configuration: database, logger: .quiet)
        #expect(try await migrator.schemaState() == .behind(missing: Migration.all.map(\.label)))
        #expect(try await migrator.migrate() == Migration.all)
        #expect(try await migrator.schemaState() == .current)
        #expect(try await migrator.migrate().isEmpty)
    }

    @Test
    func `a database that has had the first migration gets the second`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        #expect(try await migrator(database, [first]).migrate() == [first])
        let later = migrator(database, [first, second])
        #expect(try await later.schemaState() == .behind(missing: ["0002_second"]))
        #expect(try await later.migrate() == [second])
    }

    @Test
    func `of migrators that run at once one applies each migration`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let applied = try await withThrowingTaskGroup(of: [Migration].self) { group in
            for _ in 0..<4 {
                group.addTask { try await migrator(database, [first, second]).migrate() }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied.count == 2)
        #expect(Set(applied) == [first, second])
    }

    @Test
    func `a changed migration stops with its name`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await migrator(database, [first]).migrate()
        let changed = Migration(version: 1, name: "first", sql: Array("CREATE TABLE other (id int)".utf8))
        let later = migrator(database, [changed, second])
        #expect(try await later.schemaState() == .changed(["0001_first"]))
        await #expect(throws: PostgresError.schemaNotCurrent(.changed(["0001_first"]))) { try await later.migrate() }
    }

    @Test
    func `a migration that was added before an applied one stops with its name`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await migrator(database, [second]).migrate()
        let later = migrator(database, [first, second])
        await #expect(throws: PostgresError.schemaNotCurrent(.skipped(["0001_first"]))) { try await later.migrate() }
    }

    @Test
    func `a database with a migration that this build lacks is ahead`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await migrator(database, [first, second]).migrate()
        let earlier = migrator(database, [first])
        #expect(try await earlier.schemaState() == .ahead(unknown: ["0002_second"]))
        await #expect(throws: PostgresError.schemaNotCurrent(.ahead(unknown: ["0002_second"]))) {
            try await earlier.migrate()
        }
    }

    @Test
    func `a migration that fails leaves nothing behind, and those before it stay`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let broken = Migration(version: 2, name: "broken", sql: Array("CREATE TABLE half (id int); SELECT 1/0".utf8))
        await #expect(throws: PostgresError.self) { try await migrator(database, [first, broken]).migrate() }
        let connection = PostgresConnection(configuration: database, logger: .quiet)
        #expect(try await connection.texts("SELECT (to_regclass('half') IS NULL)::text") == ["true"])
        #expect(try await migrator(database, [first, second]).migrate() == [second])
    }

    @Test
    func `events stored before chains had verdicts have none, and can be given one`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await migrator(database, Array(Migration.all.prefix(1))).migrate()
        let connection = PostgresConnection(configuration: database, logger: .quiet)
        try await connection.run(
            """
            INSERT INTO events (event_id, room_id, room_version, type, sender, auth_event_ids, verdict, rule, rejected, pdu)
            SELECT convert_to('$' || n, 'UTF8'), '!room:a.example', '1', 't', '@a:b', '{}', 'allow', 'test', false, '{}'
            FROM generate_series(1, 10) AS n
            """
        )
        let store = try await makeStore(database)
        let ids = (1...10).map { EventID("$\($0)") }
        #expect(try await store.load(ids).map(\.outcome.chainVerdict) == ids.map { _ in nil })
        let verdict = ChainVerdict(verdict: .allow, rule: "test")
        try await store.saveChainVerdicts(ids.map { ($0, verdict) }, in: "!room:a.example")
        #expect(try await store.load(ids).map(\.outcome.chainVerdict) == ids.map { _ in verdict })
    }

    @Test
    func `the migrations of this build are the files of the folder`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Migrations")
            .standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
        #expect(files == Migration.all.map { $0.label + ".sql" })
        for (file, migration) in zip(files, Migration.all) {
            #expect(try Array(Data(contentsOf: folder.appending(path: file))) == migration.sql)
        }
        #expect(Migration.all.map(\.version) == Array(1...Int64(Migration.all.count)))
    }

    private func migrator(_ database: PostgresConfiguration, _ migrations: [Migration]) -> Migrator {
        Migrator(configuration: database, migrations: migrations, logger: .quiet)
    }
}
