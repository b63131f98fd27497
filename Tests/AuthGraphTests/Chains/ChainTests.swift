import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

struct ChainTests {
    @Test(arguments: RoomVersion.specified)
    func `the chain of an event is everything it is authorized by`(version: RoomVersion) async throws {
        let room = try TestRoom.busy(version)
        let (graph, store) = try await graph(storing: room.events)
        let head = room.events[room.events.count - 1]
        let chain = try await graph.chain(of: [head.id], in: room.id)
        #expect(Set(chain.ids) == room.ancestors(of: head))
        #expect(chain.missing.isEmpty)
        for (place, id) in chain.ids.enumerated() {
            let cited = try #require(room.events.first { $0.id == id }).citedOrImplied
            #expect(cited.allSatisfy { chain.ids[..<place].contains($0) })
        }
        #expect(store.chainCount == 1)
        #expect(store.queryCount == 0)
    }

    @Test
    func `a complete chain is remembered, and what memory holds is not asked for`() async throws {
        let room = try TestRoom.busy(.v11)
        let (graph, store) = try await graph(storing: room.events)
        let heads = room.events.suffix(2).map(\.id)
        let first = try await graph.chain(of: heads, in: room.id)
        #expect(try await graph.chain(of: heads.reversed(), in: room.id).nodes == first.nodes)
        _ = try await graph.chain(of: [heads[0]], in: room.id)
        #expect(store.chainCount == 1)
        #expect(graph.statistics.walkCount == 2)
    }

    @Test
    func `what a chain lacks is told alike by every process, whatever its memory holds`() async throws {
        var room = try TestRoom.furnished(.v11)
        for user in [UserID.bob, .carol] { try room.join(user) }
        let head = try room.event("m.room.topic", by: .carol, stateKey: "", content: [:])
        let gone = Array(head.authEvents.prefix(2))
        let stored = (room.events + [head]).filter { !gone.contains($0.id) }
        var chains: [AuthChain] = []
        for known in [[], stored, stored.reversed(), Array(stored.prefix(2))] {
            let (graph, _) = try await graph(storing: stored)
            for event in known { _ = try await graph.chain(of: [event.id], in: room.id) }
            chains.append(try await graph.chain(of: stored.map(\.id).shuffled(), in: room.id))
        }
        #expect(Set(chains.map(\.missing)).count == 1)
        #expect(Set(chains[0].missing) == Set(gone))
        #expect(Set(chains.map(\.fingerprint)).count == 1)
    }

    @Test
    func `a chain of which an event is missing is told, and not remembered`() async throws {
        let room = try TestRoom.busy(.v11)
        let gone = room.events[2]
        let (graph, store) = try await graph(storing: room.events.filter { $0.id != gone.id })
        let head = room.events[room.events.count - 1]
        let chain = try await graph.chain(of: [head.id], in: room.id)
        #expect(chain.missing == [gone.id])
        #expect(graph.statistics.walkCount == 0)
        _ = try await store.save([NewEvent(gone, pdu: gone.pdu, outcome: .allowed)])
        #expect(try await graph.chain(of: [head.id], in: room.id).missing.isEmpty)
        #expect(graph.statistics.walkCount == 1)
    }

    @Test
    func `a chain that leads to another room is corrupt`() async throws {
        let other = try TestRoom.furnished(.v11, id: "other")
        var room = try TestRoom.furnished(.v11)
        let stray = try room.event("m.room.message", by: .alice, citing: [room.create, other.events[1]])
        room.add(stray)
        let (graph, _) = try await graph(storing: room.events + other.events)
        let error = await #expect(throws: AuthGraphError.self) { try await graph.chain(of: [stray.id], in: room.id) }
        #expect(error.corruptIDs == [other.events[1].id])
    }

    @Test
    func `a stored event whose content is another one's makes a chain corrupt`() async throws {
        let room = try TestRoom.busy(.v11)
        let (graph, store) = try await graph(storing: room.events)
        store.rows = room.events.map { event in
            StoredEvent(
                id: event.id,
                roomID: room.id,
                roomVersion: .v11,
                pdu: event.id == room.events[3].id ? room.events[4].pdu : event.pdu,
                outcome: .allowed
            )
        }
        let head = room.events[room.events.count - 1]
        let error = await #expect(throws: AuthGraphError.self) { try await graph.chain(of: [head.id], in: room.id) }
        #expect(error.corruptIDs == [room.events[3].id])
    }

    @Test
    func `events of room version 1 that authorize each other are corrupt`() async throws {
        var room = try TestRoom.furnished(.v1)
        let first = try room.template("m.room.topic", by: .alice, stateKey: "one")
        var second = try room.template("m.room.topic", by: .alice, stateKey: "two")
        second.opaqueID = "$second:a"
        second.authEvents.append(try first.event())
        var circular = first
        circular.authEvents.append(try second.event())
        for event in try [circular.event(), second.event()] { room.add(event) }
        let (graph, _) = try await graph(storing: room.events)
        let error = await #expect(throws: AuthGraphError.self) {
            try await graph.chain(of: [EventID("$second:a")], in: room.id)
        }
        #expect(error.corruptIDs == [try circular.event().id, try second.event().id])
    }

    @Test
    func `a walk ends at its limit`() async throws {
        let room = try TestRoom.busy(.v11)
        var limits = AuthGraphLimits()
        limits.walkEventCount = 5
        let (graph, _) = try await graph(storing: room.events, limits)
        let head = room.events[room.events.count - 1]
        await #expect(throws: AuthGraphError.tooLarge(limit: 5)) { try await graph.chain(of: [head.id], in: room.id) }
    }

    @Test
    func `a store that is away is an error`() async throws {
        let room = try TestRoom.busy(.v11)
        let (graph, store) = try await graph(storing: room.events)
        store.failure = .unavailable("away")
        await #expect(throws: AuthGraphError.store(.unavailable("away"))) {
            try await graph.chain(of: [room.events[3].id], in: room.id)
        }
        store.failure = nil
        #expect(try await graph.chain(of: [room.events[3].id], in: room.id).missing.isEmpty)
    }
}

/// A graph that has nothing in memory, over a store with `events`.
func graph(
    storing events: [Event],
    _ limits: AuthGraphLimits = AuthGraphLimits(),
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
) async throws -> (graph: AuthGraph, store: CountingStore) {
    let store = CountingStore()
    _ = try await store.save(events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
    return (AuthGraph(store: store, limits: limits, now: now), store)
}

extension TestRoom {
    /// A room in which users came, went and were promoted.
    static func busy(_ version: RoomVersion) throws -> TestRoom {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 50])])
        try room.join(.carol)
        try room.setMembership("leave", of: .carol, by: .bob)
        try room.join(.carol)
        try room.send("m.room.topic", by: .bob, stateKey: "")
        try room.send("m.room.message", by: .carol)
        return room
    }

    /// The ids of everything that `event` is authorized by, however far.
    func ancestors(of event: Event) -> Set<EventID> {
        var found: Set<EventID> = []
        var queue = event.citedOrImplied
        while let id = queue.popLast() {
            guard found.insert(id).inserted, let event = events.first(where: { $0.id == id }) else { continue }
            queue += event.citedOrImplied
        }
        return found
    }
}
