import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// `eventauth import` into real databases.
struct ImportTests {
    @Test
    func `what is imported again is known, and what was broken off goes on`() async throws {
        let database = try await migratedDatabase()
        let room = try TestRoom.furnished(.v12)
        let folder = try TemporaryFolder()
        let half = try folder.file("half.jsonl", room.events.prefix(2).flatMap { $0.importLine + [UInt8(ascii: "\n")] })
        let whole = try folder.gzipped("whole.jsonl", room.importLines)
        for (file, stored, known) in [(half, 2, 0), (whole, 2, 2), (whole, 0, 4)] as [(String, Int64, Int64)] {
            let output = try await Eventauth.run("import", "--json", "--database", database.url, file)
            #expect(output.status == 0, "\(output.errors)")
            #expect(try count("stored", output) == stored)
            #expect(try count("known", output) == known)
        }
    }

    @Test
    func `what is refused is told with its line and its reason, and the rest is stored`() async throws {
        let database = try await migratedDatabase()
        let room = try TestRoom.furnished(.v11)
        var lines = room.events.map(\.importLine)
        lines.remove(at: 2)
        lines.insert(Array("nonsense".utf8), at: 1)
        lines.insert([], at: 2)
        let input = lines.joined(separator: [UInt8(ascii: "\n")])
        let output = try await Eventauth.run("import", "--database", database.url, "-", input: Array(input))
        #expect(output.status == 1)
        #expect(output.text.contains("stored 2 new events"))
        #expect(output.text.contains("2 were refused"))
        #expect(output.text.contains("standard input, line 2: the line is not JSON"))
        let (missing, waiting) = (room.events[2].id, room.events[3].id)
        #expect(output.text.contains("\(waiting): it needs \(missing), which is neither in the import nor stored"))
    }

    @Test
    func `a database that is behind is refused`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let output = try await Eventauth.run("import", "--database", database.url, "-", input: [])
        #expect(output.status == 1)
        #expect(output.errors.contains("run `eventauth migrate`"))
    }

    @Test
    func `a damaged file is refused, and what came before it can be imported again`() async throws {
        let database = try await migratedDatabase()
        let room = try TestRoom.furnished(.v11)
        let folder = try TemporaryFolder()
        let whole = Array(try Data(contentsOf: URL(filePath: try folder.gzipped("room.jsonl", room.importLines))))
        let cut = try folder.file("cut.jsonl.gz", Array(whole.dropLast(20)))
        var flipped = whole
        flipped[whole.count - 6] ^= 0xFF
        for file in [cut, try folder.file("flipped.jsonl.gz", flipped)] {
            let output = try await Eventauth.run("import", "--database", database.url, file)
            #expect(output.status == 1)
            #expect(output.errors.contains("it ends too early or is damaged"))
        }
        let absent = try await Eventauth.run("import", "--database", database.url, folder.path("absent"))
        #expect(absent.errors.contains("cannot open"))
        let output = try await Eventauth.run("import", "--database", database.url, folder.path("room.jsonl.gz"))
        #expect(output.status == 0)
    }

    private func count(_ key: StaticString, _ output: Eventauth.Output) throws -> Int64? {
        try JSONDocument(parsing: output.text).root.object?[key]?.number?.int64
    }
}

/// A new database with the tables of this build.
func migratedDatabase(on postgres: TemporaryPostgres? = nil) async throws -> PostgresConfiguration {
    let database = try await (postgres ?? TemporaryPostgres.shared).makeDatabase()
    _ = try await Migrator(configuration: database, logger: .quiet).migrate()
    return database
}
