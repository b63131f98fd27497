import AuthGraph
import EventAuthorization
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

@Suite(.timeLimit(.minutes(2)))
struct WatchTests {
    @Test
    func `a flip that somebody else makes is reported`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 10)
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            try await other.run("UPDATE events SET rejected = true WHERE event_id = '$7'")
            #expect(await changes.next() == .of(["$7"]))
        }
    }

    @Test
    func `what flips nothing is not reported`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 10)
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            try await other.run("UPDATE events SET rejected = false; UPDATE events SET type = 'other'")
            try await other.run("BEGIN; UPDATE events SET rejected = true; ROLLBACK")
            let verdict = ChainVerdict(verdict: .allow, rule: "test")
            try await store.saveChainVerdicts((1...10).map { (EventID("$\($0)"), verdict) }, in: "!room:a.example")
            _ = try await store.save([try makeEvent("$new")])
            try await other.run("UPDATE events SET rejected = true WHERE event_id = '$1'")
            #expect(await changes.next() == .of(["$1"]))
        }
    }

    @Test
    func `of a mass of flips each is listed, of too many none`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 5_000)
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            try await other.run(
                "UPDATE events SET rejected = true WHERE event_id = ANY (ARRAY(SELECT event_id FROM events LIMIT 1000))"
            )
            var flipped: Set<EventID> = []
            while flipped.count < 1_000, case .of(let ids) = await changes.next() { flipped.formUnion(ids) }
            #expect(flipped.count == 1_000)
            try await other.run("UPDATE events SET rejected = NOT rejected")
            #expect(await changes.next() == .unseen)
        }
    }

    @Test
    func `flips of ids of any characters and lengths are reported`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 0)
        let long = (0..<60).map { "$\($0)" + String(repeating: "x", count: 250) }
        let ids = ["'", " ", "*", "a b", "\0", "é", "😀"].map { "$\($0)" } + long
        _ = try await store.save(try ids.map { try makeEvent($0) })
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            try await other.run("UPDATE events SET rejected = true")
            var flipped: Set<EventID> = []
            while flipped.count < ids.count, case .of(let ids) = await changes.next() { flipped.formUnion(ids) }
            #expect(flipped == Set(ids.map { EventID($0) }))
        }
    }

    @Test
    func `a watch whose connection is killed listens again, and says that it has missed something`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 10)
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            for event in 1...3 {
                try await other.killOthers()
                #expect(await changes.next() == .unseen)
                try await other.run("UPDATE events SET rejected = true WHERE event_id = '$\(event)'")
                #expect(await changes.next() == .of([EventID("$\(event)")]))
            }
        }
    }

    @Test
    func `a watch whose server stops answering listens again`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 10) { $0.statementTimeout = .milliseconds(10) }
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            let process = try #require(try await other.otherProcesses().first)
            kill(process, SIGSTOP)
            defer { kill(process, SIGCONT) }
            #expect(await changes.next() == .unseen)
        }
    }

    @Test
    func `a watch outlives its server`() async throws {
        let server = try TemporaryPostgres()
        let store = try await makeStore(try await server.makeDatabase())
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            try server.stop()
            try server.start()
            #expect(await changes.next() == .unseen)
        }
    }

    @Test
    func `a watch ends soon after its task is cancelled`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 0)
        let (changes, continuation) = AsyncStream.makeStream(of: OutcomeChange.self)
        let watch = Task { await store.watchOutcomes { continuation.yield($0) } }
        for await _ in changes { break }
        let duration = await ContinuousClock().measure {
            watch.cancel()
            await watch.value
        }
        #expect(duration < .seconds(4))
        try await other.waitUntilAlone()
    }

    @Test
    func `a watch ends when the store is closed, and does not begin after that`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 0)
        let (changes, continuation) = AsyncStream.makeStream(of: OutcomeChange.self)
        async let watch: Void = store.watchOutcomes { continuation.yield($0) }
        for await _ in changes { break }
        await store.close()
        await watch
        await store.watchOutcomes { _ in Issue.record("a closed store watches") }
        try await other.waitUntilAlone()
    }

    @Test
    func `a watch takes no connection from those who ask`() async throws {
        let (store, _) = try await makeFilledStore(eventCount: 1) {
            $0.connectionCount = 1
            $0.waitLimit = .milliseconds(1)
        }
        try await watching(store) { changes in
            #expect(await changes.next() == .unseen)
            let stored = try await store.load(["$1"])
            #expect(stored.count == 1)
        }
    }

    /// Runs `body` while the store is watched.
    private func watching(
        _ store: PostgresStore,
        _ body: (AsyncStream<OutcomeChange>) async throws -> Void
    ) async throws {
        let (changes, continuation) = AsyncStream.makeStream(of: OutcomeChange.self)
        async let watch: Void = store.watchOutcomes { continuation.yield($0) }
        do {
            try await body(changes)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        await watch
    }

    private func makeFilledStore(
        eventCount: Int,
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) async throws -> (PostgresStore, PostgresConnection) {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        _ = try await makeStore(database)
        let other = makeConnection(database)
        if eventCount > 0 { try await other.fillRoom(eventCount: eventCount) }
        var changed = database
        change(&changed)
        return (PostgresStore(configuration: changed, logger: .quiet), other)
    }
}

extension AsyncStream<OutcomeChange> {
    /// The next change, waited for.
    fileprivate func next() async -> OutcomeChange? {
        for await change in self { return change }
        return nil
    }
}

extension PostgresConnection {
    /// Returns once no other session uses the database, which must be within half a minute.
    fileprivate func waitUntilAlone() async throws {
        for _ in 0..<3_000 {
            if try await otherProcesses().isEmpty { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the database is still in use")
    }
}
