import AuthGraph
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

@Suite
struct ChainVerdictTests {
    private let room: RoomID = "!room:a.example"
    private let allowed = ChainVerdict(verdict: .allow, rule: "allow")
    private let denied = ChainVerdict(verdict: .deny, rule: "sender.not_joined")

    @Test
    func `outcomes come without content, for the ids that ask for no more`() async throws {
        let store = try await makeStore()
        let outcome = StoredOutcome(verdict: .deny, rule: "test", isRejected: true, chainVerdict: denied)
        let events = try (1...3).map { try makeEvent("$\($0)", outcome: outcome) }
        _ = try await store.save(events)
        let ids = events.map(\.event.id)
        let rows = try await store.load([ids[0], "$absent"], outcomesOf: [ids[1], ids[2], "$gone"])
        #expect(rows.events.map(\.id) == [ids[0]])
        #expect(rows.events.map(\.pdu) == [events[0].pdu])
        #expect(Set(rows.outcomes.map(\.id)) == Set(ids.dropFirst()))
        #expect(rows.outcomes.map(\.outcome) == [outcome, outcome])
        #expect(rows.outcomes.map(\.roomID) == [room, room])
    }

    @Test
    func `outcomes of an id that two rooms share tell the rooms apart`() async throws {
        let store = try await makeStore()
        let outcomes = [false, true].map { StoredOutcome(verdict: .allow, rule: "test", isRejected: $0) }
        let rooms: [RoomID] = ["!one:a.example", "!two:a.example"]
        let events = try zip(rooms, outcomes).map {
            try makeEvent("$same", room: $0.description, outcome: $1)
        }
        _ = try await store.save(events)
        let found = try await store.load([], outcomesOf: ["$same"]).outcomes
        #expect(
            Dictionary(uniqueKeysWithValues: found.map { ($0.roomID, $0.outcome.isRejected) }) == [
                rooms[0]: false, rooms[1]: true,
            ]
        )
    }

    @Test
    func `the first verdict of a chain stays`() async throws {
        let store = try await makeStore()
        _ = try await store.save([try makeEvent("$1"), try makeEvent("$2")])
        try await store.saveChainVerdicts([("$1", denied), ("$absent", denied)], in: room)
        try await store.saveChainVerdicts([("$2", allowed), ("$1", allowed), ("$2", denied)], in: room)
        let verdicts = try await chainVerdicts(of: ["$1", "$2"], store)
        #expect(verdicts == ["$1": denied, "$2": allowed])
    }

    @Test
    func `the verdict of a chain is that of one room's event`() async throws {
        let store = try await makeStore()
        _ = try await store.save(try ["!room:a.example", "!other:a.example"].map { try makeEvent("$1", room: $0) })
        try await store.saveChainVerdicts([("$1", allowed)], in: room)
        let found = try await store.load([], outcomesOf: ["$1"]).outcomes
        #expect(found.first { $0.roomID == room }?.outcome.chainVerdict == allowed)
        #expect(found.contains { $0.roomID != room && $0.outcome.chainVerdict == nil })
    }

    @Test
    func `callers that write the verdicts of the same chains at once do not get in each other's way`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        try await makeConnection(database).fillRoom(eventCount: 2_000)
        let ids = (1...2_000).map { EventID("$\($0)") }
        try await withThrowingTaskGroup { group in
            for caller in 0..<8 {
                let verdict = ChainVerdict(verdict: .allow, rule: "caller \(caller)")
                group.addTask {
                    try await store.saveChainVerdicts(ids.shuffled().map { ($0, verdict) }, in: room)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await chainVerdicts(of: ids, store).count == ids.count)
    }

    @Test
    func `a flip that is under way is waited for, and both stay`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        _ = try await store.save([try makeEvent("$1")])
        let other = makeConnection(database)
        try await other.run("BEGIN; UPDATE events SET rejected = true")
        async let saving: Void = store.saveChainVerdicts([("$1", allowed)], in: room)
        try await makeConnection(database).waitForBlockedStatement()
        try await other.run("COMMIT")
        try await saving
        let outcome = try await store.load([], outcomesOf: ["$1"]).outcomes.first?.outcome
        #expect(outcome?.isRejected == true)
        #expect(outcome?.chainVerdict == allowed)
    }

    private func chainVerdicts(of ids: [EventID], _ store: PostgresStore) async throws -> [EventID: ChainVerdict] {
        let outcomes = try await store.load([], outcomesOf: ids).outcomes
        return Dictionary(outcomes.compactMap { row in row.outcome.chainVerdict.map { (row.id, $0) } }) { first, _ in
            first
        }
    }
}

extension PostgresConnection {
    /// Returns once a statement of the database waits for a lock, which must be within half a minute.
    fileprivate func waitForBlockedStatement() async throws {
        try await run(
            """
            DO $$
            BEGIN
                FOR attempt IN 1..3000 LOOP
                    PERFORM pg_stat_clear_snapshot();
                    IF EXISTS (
                        SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                    ) THEN
                        RETURN;
                    END IF;
                    PERFORM pg_sleep(0.01);
                END LOOP;
                RAISE EXCEPTION 'nobody waits for the lock';
            END
            $$
            """
        )
    }
}
