import Foundation
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
    func `the migrations of this build are the files of the folder`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Migrations")
            .standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
        #expect(files == Migration.all.map { $0.label + ".sql" })
        for (file, migration) in zip(files, Migration.all) {
            #expect(try Array(Data(contentsOf: folder.appending(path: file))) == migration.sql)
        }
        // 2 is to come.
        #expect(Migration.all.map(\.version).filter { $0 != 2 } == [1, 3])
    }

    private func migrator(_ database: PostgresConfiguration, _ migrations: [Migration]) -> Migrator {
        Migrator(configuration: database, migrations: migrations, logger: .quiet)
    }
}
