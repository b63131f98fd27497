import AuthGraph
import CanonicalJSON
import EventAuthorization
import MatrixEvents
import Testing

@testable import PostgresStore

@Suite
struct StoreTests {
    @Test
    func `an event comes back exactly as it was stored`() async throws {
        let store = try await makeStore()
        let denied = StoredOutcome(verdict: .deny, rule: "member.join.banned", isRejected: true)
        let event = try makeEvent("$1:a.example", body: "\0 é e\u{301} 😀", roomVersion: .v2, outcome: denied)
        #expect(event.pdu.contains(UInt8(ascii: "\\")))
        #expect(try await store.save([event]) == [true])

        let stored = try #require(try await store.load([event.event.id]).first)
        #expect(stored.pdu == event.pdu)
        #expect(stored.id == event.event.id)
        #expect(stored.roomID == event.event.roomID)
        #expect(stored.roomVersion == .v2)
        #expect(stored.outcome == denied)
    }

    @Test
    func `a PDU of raw bytes comes back with them`() async throws {
        let store = try await makeStore()
        let event = try makeEvent("$1:a.example")
        let bytes = Array(UInt8.min...UInt8.max) + Array("é e\u{301} 😀".utf8)
        _ = try await store.save([NewEvent(event.event, pdu: bytes, outcome: event.outcome)])
        #expect(try await store.load([event.event.id]).map(\.pdu) == [bytes])
    }

    @Test
    func `a large PDU comes back whole`() async throws {
        let store = try await makeStore()
        let event = try makeEvent("$large:a.example", body: String(repeating: "0123456789", count: 6_000))
        _ = try await store.save([event])
        #expect(try await store.load([event.event.id]).map(\.pdu) == [event.pdu])
    }

    @Test
    func `an event that is stored again is known, and stays as it was`() async throws {
        let store = try await makeStore()
        let first = try makeEvent("$1:a.example", body: "first")
        let second = try makeEvent("$1:a.example", body: "second")
        let other = try makeEvent("$2:a.example")
        #expect(try await store.save([first]) == [true])
        #expect(try await store.save([second, other, other]) == [false, true, false])
        #expect(try await store.load([first.event.id]).map(\.pdu) == [first.pdu])
    }

    @Test
    func `two rooms may each hold an event of the same id`() async throws {
        let store = try await makeStore()
        let events = try ["!one:a.example", "!two:a.example"].map { try makeEvent("$same:a.example", room: $0) }
        #expect(try await store.save(events) == [true, true])
        let stored = try await store.load([events[0].event.id])
        #expect(Set(stored.map(\.roomID)) == Set(events.map(\.event.roomID)))
    }

    @Test
    func `of events of which one cannot be stored none is`() async throws {
        let store = try await makeStore()
        let good = try (0..<600).map { try makeEvent("$\($0):a.example") }
        // Sorts after the others, into the second statement, and is longer than a key of the index may be.
        let bad = try makeEvent("$~" + incompressible(length: 30_000))
        await #expect(throws: EventStoreError.self) { try await store.save(good + [bad]) }
        #expect(try await store.load(good.map(\.event.id)).isEmpty)
    }

    @Test
    func `ids of any characters name their own events alone`() async throws {
        let store = try await makeStore()
        let odd = [
            "'", "\"", "\\", "\\\\x24", ",", "{}", "{a,b}", "NULL", " a ", "\n", "$1", "%", "_", "é", "e\u{301}", "😀",
            "\0", "a\0b",
            "a", "A",
        ]
        let events = try odd.map { try makeEvent("$\($0)", type: $0, stateKey: $0, authEvents: odd, body: $0) }
        #expect(try await store.save(events) == events.map { _ in true })
        for event in events {
            #expect(try await store.load([event.event.id]).map(\.pdu) == [event.pdu])
        }
        #expect(try await store.load([EventID("$nobody")]).isEmpty)
    }

    @Test
    func `a thousand ids are one question`() async throws {
        let store = try await makeStore()
        let events = try (0..<1_000).map { try makeEvent("$\($0):a.example") }
        #expect(try await store.save(events).allSatisfy { $0 })
        let absent = (1_000..<2_000).map { EventID("$\($0):a.example") }
        let stored = try await store.load(events.map(\.event.id) + absent)
        #expect(stored.count == 1_000)
        #expect(Set(stored.map(\.id)) == Set(events.map(\.event.id)))
    }

    @Test
    func `callers that store the same events at once do not get in each other's way`() async throws {
        let store = try await makeStore()
        let events = try (0..<400).map { try makeEvent("$\($0):a.example") }
        let newCount = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { try await store.save(events.shuffled()).count { $0 } }
            }
            return try await group.reduce(0, +)
        }
        #expect(newCount == events.count)
    }

    @Test
    func `an event's edges are kept in order, and its room's create event where it is known`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        let create = try makeEvent("$create", type: "m.room.create", stateKey: "")
        let member = try makeEvent("$member", authEvents: ["$create"])
        let later = try makeEvent("$later", authEvents: ["$member", "$create", "$absent"])
        let foreign = try makeEvent("$foreign", room: "!other:a.example", authEvents: ["$create"])
        _ = try await store.save([create, member])
        _ = try await store.save([later, foreign])
        let connection = PostgresConnection(configuration: database, logger: .quiet)
        let rows = try await connection.texts(
            """
            SELECT concat_ws(' ', encode(event_id, 'escape'), coalesce(encode(create_event_id, 'escape'), '?'),
                             (SELECT string_agg(encode(e, 'escape'), ',') FROM unnest(auth_event_ids) AS e))
            FROM events ORDER BY event_id
            """
        )
        #expect(
            rows == [
                "$create $create", "$foreign ? $create", "$later $create $member,$create,$absent",
                "$member $create $create",
            ]
        )
    }

    @Test
    func `a table that is locked makes the store unavailable for no longer than the load timeout`() async throws {
        var database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        database.loadTimeout = .milliseconds(50)
        let hasty = PostgresStore(configuration: database, logger: .quiet)
        let locker = PostgresConnection(configuration: database, logger: .quiet)
        let event = try makeEvent("$1:a.example")
        _ = try await store.save([event])
        try await locker.run("BEGIN; LOCK TABLE events")
        await #expect(throws: EventStoreError.unavailable("the database is too slow")) {
            try await hasty.load([event.event.id])
        }
        try await locker.run("ROLLBACK")
        #expect(try await hasty.load([event.event.id]).count == 1)
    }

    @Test
    func `connections that were killed between two calls go unnoticed`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        let event = try makeEvent("$1:a.example")
        _ = try await store.save([event])
        try await store.probe()
        let killer = PostgresConnection(configuration: database, logger: .quiet)
        try await killer.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        #expect(try await store.load([event.event.id]).count == 1)
        try await store.probe()
    }

    @Test
    func `a store whose server is away is unavailable, and serves again when it is back`() async throws {
        let server = try TemporaryPostgres()
        let store = try await makeStore(try await server.makeDatabase())
        let event = try makeEvent("$1:a.example")
        _ = try await store.save([event])
        try server.stop()
        await #expect(throws: EventStoreError.unavailable("the database cannot be reached")) {
            try await store.load([event.event.id])
        }
        await #expect(throws: PostgresError.self) { try await store.probe() }
        try server.start()
        try await retrying { try await store.probe() }
        #expect(try await store.load([event.event.id]).map(\.pdu) == [event.pdu])
    }

    @Test
    func `a row that this build cannot read makes the store defective`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        let event = try makeEvent("$1:a.example")
        _ = try await store.save([event])
        try await PostgresConnection(configuration: database, logger: .quiet).run(
            "UPDATE events SET room_version = '99'"
        )
        let error = try await #require(throws: EventStoreError.self) { try await store.load([event.event.id]) }
        guard case .defective = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test
    func `a database that was not migrated is refused, and the command that helps is named`() async throws {
        let store = PostgresStore(configuration: try await TemporaryPostgres.shared.makeDatabase(), logger: .quiet)
        let error = try await #require(throws: PostgresError.self) { try await store.checkSchema() }
        #expect(error.description.contains("eventauth migrate"))
        #expect(error == .schemaNotCurrent(.behind(missing: Migration.all.map(\.label))))
    }

    /// Text that PostgreSQL cannot make shorter.
    private func incompressible(length: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(
            decoding: (0..<length).map { _ in UInt8.random(in: 0x30..<0x7e, using: &generator) },
            as: UTF8.self
        )
    }
}
