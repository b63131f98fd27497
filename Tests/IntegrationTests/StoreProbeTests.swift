import RPCServer
import Testing

@testable import PostgresStore
@testable import eventauth

/// What a server learns of its database, beside whether it answers.
struct StoreProbeTests {
    @Test
    func `tables that are not those of the build are told of again and again, until they are`() async throws {
        let database = try await migratedDatabase()
        let store = PostgresStore(configuration: database, logger: .quiet)
        let probe = StoreProbe(store, schemaInterval: 3)
        let connection = PostgresConnection(configuration: database, logger: .quiet)
        try await connection.run(
            "INSERT INTO eventauth_migrations (version, name, checksum) VALUES (9999, 'future', 'x')"
        )
        var obstacles: [Health.Obstacle?] = []
        for _ in 0..<5 { obstacles.append(await probe.obstacle()) }
        #expect(obstacles == [nil, nil, .schema, .schema, .schema])
        try await connection.run("DELETE FROM eventauth_migrations WHERE version = 9999")
        #expect(await probe.obstacle() == nil)
        await store.close()
    }
}
