import EventTestSupport
import MatrixEvents
import Synchronization
import Testing

@testable import AuthGraph

/// A graph that carries out loads for all callers together, as it does in a server.
struct SharedLoadTests {
    @Test(.timeLimit(.minutes(1)))
    func `callers that ask for the same events at once share the queries`() async throws {
        let room = try TestRoom.furnished(.v11)
        let store = CountingStore()
        _ = try await store.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        var limits = AuthGraphLimits.patient
        limits.queryCount = 1
        let graph = AuthGraph(store: store, limits: limits)
        let ids = room.events.map(\.id) + [EventID("$nobody")]
        try await serving(graph) {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await graph.load(EventNeeds(cited: ids)).count } }
                for try await count in group { #expect(count == room.events.count) }
            }
        }
        #expect(store.queryCount < 100)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a store that is away is everybody's error, and the next load asks again`() async throws {
        let create = try TestRoom(version: .v12).create
        let store = CountingStore()
        _ = try await store.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)])
        store.failure = .unavailable("away")
        let graph = AuthGraph(store: store, limits: .patient)
        try await serving(graph) {
            await #expect(throws: AuthGraphError.store(.unavailable("away"))) {
                try await graph.load(EventNeeds(cited: [create.id]))
            }
            store.failure = nil
            let found = try await graph.load(EventNeeds(cited: [create.id]))
            #expect(found.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `one corrupt event fails those alone who ask for it`() async throws {
        let room = try TestRoom.furnished(.v11)
        let (good, bad) = (room.events[0], room.events[1])
        let store = CountingStore()
        store.rows = [good, bad].map { event in
            StoredEvent(id: event.id, roomID: room.id, roomVersion: .v11, pdu: good.pdu, outcome: .allowed)
        }
        let graph = AuthGraph(store: store, limits: .patient)
        try await serving(graph) {
            let found = try await graph.load(EventNeeds(cited: [good.id]))
            #expect(found.count == 1)
            await #expect(throws: AuthGraphError.self) { try await graph.load(EventNeeds(cited: [good.id, bad.id])) }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `after its service has ended a graph still loads, each caller for itself`() async throws {
        let create = try TestRoom(version: .v12).create
        let store = CountingStore()
        _ = try await store.save([NewEvent(create, pdu: create.pdu, outcome: .allowed)])
        let graph = AuthGraph(store: store, limits: .patient)
        try await serving(graph) { _ = try await graph.load(EventNeeds(cited: [create.id])) }
        #expect(try await graph.load(EventNeeds(cited: [create.id])).count == 1)
        #expect(store.queryCount == 2)
    }

    @Test(.timeLimit(.minutes(1)))
    func `callers do not wait for ever for a store that hangs, and the next load is not held up`() async throws {
        let room = try TestRoom.furnished(.v11)
        let store = CountingStore()
        _ = try await store.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        var limits = AuthGraphLimits()
        limits.loadTime = .milliseconds(100)
        let graph = AuthGraph(store: store, limits: limits)
        let needs = EventNeeds(cited: room.events.map(\.id))
        try await serving(graph) {
            defer { store.release() }
            store.hangs = true
            await withTaskGroup(of: AuthGraphError?.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        do throws(AuthGraphError) { _ = try await graph.load(needs) } catch { return error }
                        return nil
                    }
                }
                for await error in group { #expect(error == .store(.unavailable("the store is too slow"))) }
            }
            store.hangs = false
            // On a busy machine an answer may come later than the limit of this test allows.
            var found: Int?
            while found == nil { found = try? await graph.load(needs).count }
            #expect(found == room.events.count)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `more callers than may wait are told so at once`() async throws {
        let store = CountingStore()
        var limits = AuthGraphLimits()
        limits.waiterCount = 3
        let graph = AuthGraph(store: store, limits: limits)
        try await serving(graph) {
            store.hangs = true
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<3 {
                    group.addTask { _ = try? await graph.load(EventNeeds(cited: [EventID("$\(number):a")])) }
                }
                while graph.statistics.waiterCount < 3 { await Task.yield() }
                await #expect(throws: AuthGraphError.overloaded) {
                    try await graph.load(EventNeeds(cited: [EventID("$another:a")]))
                }
                store.release()
            }
        }
    }

    private func serving(_ graph: AuthGraph, _ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await graph.run() }
            defer { group.cancelAll() }
            // Who asks before asks the store alone.
            while !graph.loads.withLock(\.isServed) { await Task.yield() }
            try await body()
        }
    }
}

extension AuthGraphLimits {
    /// Limits in time that a busy machine does not meet.
    fileprivate static var patient: AuthGraphLimits {
        var limits = AuthGraphLimits()
        limits.loadTime = .seconds(60)
        return limits
    }
}
