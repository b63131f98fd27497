import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Synchronization
import Testing

@testable import AuthGraph

/// Servers' keys in memory, which are those of the store for a while.
struct ServerKeysTests {
    @Test
    func `keys are in memory once they are loaded, until their time is over`() async throws {
        let store = MemoryServerKeyStore()
        let clock = SetClock(1_000)
        let keys = ServerKeys(store: store, lifetime: .milliseconds(100)) { clock.now }
        _ = try await store.save([.ofTest("a"), .ofTest("a", keyID: "ed25519:2"), .ofTest("b")])
        #expect(keys.inMemory(of: ["a", "b"]).isEmpty)
        let loaded = try await keys.load(["a", "c"])
        #expect(loaded[ServerKey.ofTest("a").id] == .ofTest("a"))
        #expect(loaded[ServerKey.ofTest("b").id] == nil)
        for (now, isKnown) in [(1_000, true), (1_099, true), (1_100, false), (999, false)] as [(Timestamp, Bool)] {
            clock.now = now
            #expect(keys.inMemory(of: ["a", "b", "c"]).isEmpty == !isKnown)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `callers that ask at once share the queries, and share their failures`() async throws {
        let store = MemoryServerKeyStore()
        _ = try await store.save([.ofTest("a"), .ofTest("b")])
        let keys = ServerKeys(store: store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keys.run() }
            defer { group.cancelAll() }
            try await withThrowingTaskGroup(of: KeyRing.self) { callers in
                for index in 0..<100 { callers.addTask { try await keys.load(index % 2 == 0 ? ["a"] : ["b", "c"]) } }
                for try await ring in callers { #expect(!ring.isEmpty) }
            }
        }
        #expect(try await keys.load(["a"])[ServerKey.ofTest("a").id] != nil, "each for itself after the service's end")
    }

    @Test
    func `memory holds so many servers and no more`() {
        var cache = ServerKeyCache(lifetime: .seconds(1), serverLimit: 3)
        cache.insert([.ofTest("a"), .ofTest("b")], of: ["a", "b"], at: 0)
        cache.insert([.ofTest("c")], of: ["c"], at: 500)
        #expect(cache.keys(of: ["a", "b", "c"], at: 999).count == 3)
        // The oldest are over their time, and make room.
        cache.insert([.ofTest("d")], of: ["d"], at: 1_200)
        #expect(cache.keys(of: ["a", "b", "c", "d"], at: 1_200).map(\.id.server) == ["c", "d"])
        cache.insert([.ofTest("e"), .ofTest("f")], of: ["e", "f"], at: 1_200)
        #expect(cache.keys(of: ["c", "d", "e", "f"], at: 1_200).map(\.id.server) == ["e", "f"])
        let many = (0..<9).map { ServerKey.ofTest(ServerName(UTF8Text("\($0)"))) }
        cache.insert(many, of: many.map(\.id.server), at: 1_200)
        #expect(cache.serverCount <= 3)
    }

    @Test
    func `a server that has no keys takes no room`() {
        var cache = ServerKeyCache(lifetime: .seconds(1), serverLimit: 3)
        cache.insert([.ofTest("a")], of: ["a", "b", "c"], at: 0)
        #expect(cache.serverCount == 1)
        cache.insert([], of: ["a"], at: 0)
        #expect(cache.serverCount == 0)
    }

    @Test
    func `a store keeps the newer of two keys`() async throws {
        let store = MemoryServerKeyStore()
        let (old, new) = (ServerKey.ofTest("a", validUntil: 1), ServerKey.ofTest("a", validUntil: 2))
        #expect(try await store.save([old, new, old, new]) == [true, true, false, false])
        #expect(try await store.keys(of: ["a", "b", "a"]) == [new])
    }
}

/// A clock that a test sets.
private final class SetClock: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ now: Timestamp) {
        moment = Mutex(now)
    }

    var now: Timestamp {
        get { moment.withLock { $0 } }
        set { moment.withLock { $0 = newValue } }
    }
}
