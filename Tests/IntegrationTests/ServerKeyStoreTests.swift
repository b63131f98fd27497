import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// Servers' keys in PostgreSQL.
struct ServerKeyStoreTests {
    @Test
    func `a key comes back as it was stored`() async throws {
        let store = try await makeStore()
        let keys: [ServerKey] = [
            .ofTest("a"), .ofTest("a:8448"), .ofTest("A", validUntil: 5),
            .ofTest("b", keyID: "ed25519:é e\u{301} \0", validUntil: .init(milliseconds: .max), expired: -3),
        ]
        #expect(try await store.save(keys) == [true, true, true, true])
        #expect(Set(try await store.allKeys()) == Set(keys))
        #expect(Set(try await store.keys(of: ["a", "b", "c", "a"])) == [keys[0], keys[3]])
        #expect(try await store.keys(of: []).isEmpty)
        #expect(try await store.save([ServerKey]()) == [])
    }

    @Test
    func `what is stored again is known`() async throws {
        let store = try await makeStore()
        let key = ServerKey.ofTest("a", validUntil: 5)
        #expect(try await store.save([key, key]) == [true, false])
        #expect(try await store.save([key]) == [false])
    }

    @Test
    func `of two words of a key the database keeps the one that memory keeps`() async throws {
        let store = try await makeStore()
        let other = TestSigningKey(of: "other").published
        let bounds: [Timestamp?] = [nil, 1, 2]
        let words = bounds.flatMap { validUntil in
            bounds.flatMap { expired in
                [TestSigningKey(of: "a").published, other].map { (validUntil, expired, key: $0) }
            }
        }
        var pairs: [(old: ServerKey, new: ServerKey)] = []
        for (old, new) in words.flatMap({ old in words.map { (old, $0) } }) {
            let id = ServerKeyID(server: "a", keyID: UTF8Text("ed25519:\(pairs.count)"))
            pairs.append(
                (
                    ServerKey(id, old.key, validUntil: old.0, expired: old.1),
                    ServerKey(id, new.key, validUntil: new.0, expired: new.1)
                )
            )
        }
        #expect(pairs.count == 324)
        #expect(try await store.save(pairs.map(\.old)).allSatisfy { $0 })
        #expect(try await store.save(pairs.map(\.new)) == pairs.map { $0.new.isNewer(than: $0.old) })
        let stored = Dictionary(try await store.keys(of: ["a"]).map { ($0.id, $0) }) { first, _ in first }
        for (old, new) in pairs { #expect(stored[new.id] == (new.isNewer(than: old) ? new : old)) }
    }

    @Test
    func `callers that store the same keys at once do not get in each other's way`() async throws {
        let store = try await makeStore()
        let keys = (0..<1_500).map { ServerKey.ofTest(ServerName(UTF8Text("server\($0).example"))) }
        let newCount = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { try await store.save(keys.shuffled()).count { $0 } }
            }
            return try await group.reduce(0, +)
        }
        #expect(newCount == keys.count)
    }

    private func makeStore() async throws -> PostgresStore {
        PostgresStore(configuration: try await migratedDatabase(), logger: .quiet)
    }
}
