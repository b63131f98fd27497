import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph
@testable import EventAuthorization

/// What replays keep in memory.
struct ReplayMemoryTests {
    @Test
    func `what a replay keeps of an event is in memory of its own`() throws {
        var room = try TestRoom.furnished(.v11)
        let topic = try room.send("org.example.topic", by: .alice, stateKey: "tea", content: ["topic": "tea"])
        let refused = try room.event("org.example.topic", by: .bob, stateKey: "coffee", content: [:])
        var history = StateHistory(current: [topic.id])
        let decision = Decision(
            verdict: .deny,
            rule: .senderNotJoined,
            comparison: ["sender": .user(refused.sender), "content": .json(refused.content.value)],
            decidedBy: []
        )
        history.take(topic, at: 0, isAccepted: true, decision)
        history.take(refused, at: 1, isAccepted: true, decision)
        let finding = ReplayFinding(
            .acceptedButDenied,
            refused.id,
            key: refused.stateKeyPair,
            decision: decision,
            detail: ""
        )
        let keys = history.current.keys + history.later(limit: 2).found.map(\.key) + [finding.key].compactMap(\.self)
        #expect(keys.count == 3)
        for key in keys {
            #expect(key.key.isDetached)
            #expect(key.type.text.isDetached)
        }
        let decisions = history.current.values.map(\.decision) + [finding.decision]
        let values = decisions.flatMap { decision in decision?.comparison.values.map { $0.1 } ?? [] }
        #expect(values.count == 4)
        for case .text(let text) in values {
            #expect(text.isDetached)
        }
        for case .json(let value) in values {
            #expect(value.documentByteCount < 100)
        }
    }

    @Test
    func `the places of the state count among what a replay takes`() async throws {
        var room = try TestRoom.furnished(.v11)
        var counts: [Int] = []
        for _ in 0..<2 {
            let store = MemoryEventStore()
            try await store.save(room.events)
            // Half of what is set is the current state.
            try await store.saveState(
                room.events.enumerated().filter { $0.offset % 2 == 0 }.map(\.element.id),
                of: room.id
            )
            var replay = try await AuthGraph(store: store).replay(of: room.id)
            let before = replay.byteCount
            while try await replay.nextPage() != nil {}
            counts.append(replay.byteCount - before)
            for number in 0..<100 {
                let key = String(repeating: "k", count: 200) + "\(number)"
                try room.send("org.example.topic", by: .alice, stateKey: key, content: [:])
            }
        }
        #expect(counts[1] - counts[0] > 100 * 300)
    }

    @Test
    func `of each room the latest replay alone is kept`() async throws {
        let room = try TestRoom.busy(.v11)
        let store = MemoryEventStore()
        try await store.save(room.events)
        let now = ContinuousClock.now
        var memory = ReplayMemory(byteLimit: 1 << 20, lifetime: .seconds(1))
        var replay = try await AuthGraph(store: store).replay(of: room.id)
        for _ in 0..<3 {
            _ = try await replay.nextPage(limit: 2)
            memory.keep(replay, at: now)
            #expect(memory.byteCount == replay.byteCount)
        }
        #expect(memory.take(room.id, fingerprint: replay.fingerprint, position: 4, at: now) == nil)
        #expect(memory.take(room.id, fingerprint: replay.fingerprint, position: 6, at: now) != nil)
        #expect(memory.byteCount == 0)
    }

    @Test
    func `which events count as rejected is read again when a replay waited for longer than that is believed`()
        async throws
    {
        let room = try TestRoom.busy(.v11)
        let store = CountingStore()
        _ = try await store.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        let (limits, clock) = (AuthGraphLimits(), TestClock())
        let graph = AuthGraph(store: store, limits: limits, now: { clock.now })
        var replay = try await graph.replay(of: room.id)
        _ = try await replay.nextPage(limit: 3)
        graph.keep(replay)
        store.rejected = [try #require(room.events.last).id]
        clock.advance(by: limits.flagLifetime)
        var early = try #require(try await graph.replay(of: room.id, fingerprint: replay.fingerprint, position: 3))
        #expect(try await early.rest().isEmpty)
        graph.keep(replay)
        clock.advance(by: limits.flagLifetime + .seconds(1))
        var late = try #require(try await graph.replay(of: room.id, fingerprint: replay.fingerprint, position: 3))
        #expect(Set(try await late.rest().map(\.eventID)) == store.rejected)
    }
}

extension RoomReplay {
    /// What is found in the events that are left.
    fileprivate mutating func rest() async throws -> [ReplayFinding] {
        var findings: [ReplayFinding] = []
        while let page = try await nextPage() { findings += page.compactMap(\.finding) }
        return findings
    }
}

extension UTF8Text {
    /// Whether the text begins where its storage does, as none does that is part of an event's JSON.
    fileprivate var isDetached: Bool { bytes.startIndex == 0 }
}
