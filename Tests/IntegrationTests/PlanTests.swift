import MatrixEvents
import Testing

@testable import PostgresStore

/// A plan is made once for a connection, perhaps when the table is still empty, and serves it when the table has grown.
@Suite
struct PlanTests {
    private static let lookUps: [Statement] = [
        .selectEvents, .streamChain, .streamEvents, .lockForChainVerdicts, .updateChainVerdicts,
    ]

    @Test
    func `events are looked up by the primary key, whatever is known of the table`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await makeStore(database)
        let connection = makeConnection(database)
        try await connection.run("ALTER TABLE events SET (autovacuum_enabled = off)")
        try await expectLookUps(in: database, "nothing is stored")
        try await connection.fillRoom(eventCount: 200_000)
        try await expectLookUps(in: database, "never analyzed")
        try await connection.run("ANALYZE events")
        try await expectLookUps(in: database, "analyzed")
    }

    @Test
    func `a room's events are found by an index of their own`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await makeStore(database)
        let connection = makeConnection(database)
        try await connection.fillRoom(eventCount: 1_000)
        let plan = try await connection.plan(of: .streamRoom)
        #expect(plan.contains { $0.contains("events_room") }, "\(plan)")
    }

    private func expectLookUps(in database: PostgresConfiguration, _ knowledge: Comment) async throws {
        let connection = makeConnection(database)
        for statement in Self.lookUps {
            let plan = try await connection.plan(of: statement)
            let accesses = plan.filter { $0.contains(" on events ") && !$0.contains("Update on") }
            #expect(!accesses.isEmpty, knowledge)
            #expect(
                accesses.allSatisfy {
                    $0.contains("Index Scan using events_pkey") || $0.contains("Bitmap Heap Scan")
                },
                knowledge
            )
            let conditions = plan.filter { $0.contains("Index Cond:") }
            #expect(conditions.count == accesses.count, knowledge)
            #expect(conditions.allSatisfy { $0.contains("event_id = ") }, knowledge)
            #expect(!plan.contains { $0.contains("Hash") || $0.contains("Sort") || $0.contains("Memoize") }, knowledge)
        }
    }
}

extension Statement: CustomTestStringConvertible {
    public var testDescription: String { name }
}

extension PostgresConnection {
    /// The plan that the connection makes of `statement`, for whatever parameters come.
    func plan(of statement: Statement) async throws -> [String] {
        let types = statement.parameterTypes.map { type in
            switch type {
            case .text: "text"
            case .int8: "bigint"
            case .bytea: "bytea"
            case .byteaArray: "bytea[]"
            default: "text[]"
            }
        }
        let values = types.map { $0.hasSuffix("[]") ? "'{}'" : $0 == "bigint" ? "1" : "''" }.joined(separator: ", ")
        try await run("PREPARE \(statement.name) (\(types.joined(separator: ", "))) AS \(statement.sql)")
        return try await texts("EXPLAIN EXECUTE \(statement.name) (\(values))")
    }
}
