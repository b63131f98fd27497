import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Where the check of signatures stands among the others, and where it finds its keys.
struct SignatureGateTests {
    @Test
    func `a bad format is found before a bad signature, and asks for no key`() async throws {
        let store = ScriptedKeyStore()
        let service = TestedService(keys: ServerKeys(store: store))
        let params = try TestJSON.checkOfJoin(.v11) { template in
            template.depth = -1
            template.signers = []
        }
        #expect(try await service.check(params).result().gist == "deny format.depth format drop")
        let unreadable = params.setting("event", to: ["type": 1])
        #expect(try await service.check(unreadable).result().gist == "deny format.type format drop")
        #expect(store.loads.isEmpty)
    }

    @Test
    func `a bad signature is found before a bad hash and before missing events`() async throws {
        let params = try TestJSON.checkOfJoin(.v11) { template in
            template.claimedHash = "x"
            template.signers = []
        }
        let result = try await TestedService().check(params.setting("events", to: [])).result()
        #expect(result.gist == "deny signatures.missing signatures drop")
        #expect(result["redacted"] == nil)
    }

    @Test
    func `a signature covers what redaction leaves, so a bad hash is found after it`() async throws {
        let params = try TestJSON.checkOfJoin(.v11) { $0.claimedHash = "x" }
        #expect(try await TestedService().check(params).result().gist == "allow member.join.public hash redact")
    }

    @Test
    func `missing events are asked for once the signatures verify`() async throws {
        let service = TestedService()
        let params = try TestJSON.checkOfJoin(.v11).setting("events", to: [])
        #expect(try await service.check(params).error().reason == "events_missing")
    }

    @Test
    func `the keys of all servers are read at once, and then remembered`() async throws {
        let (service, store, params) = try await restrictedJoin()
        for _ in 0..<3 {
            #expect(try await service.check(params).result().string("verdict") == "allow")
        }
        #expect(store.loads == [["a", "b"]])
    }

    @Test
    func `keys that a request brings along come before those that are stored`() async throws {
        let (service, store, params) = try await restrictedJoin()
        let ofA: TestJSON = ["a": ["ed25519:1": .publicKey(of: "a")]]
        #expect(try await service.check(params.setting("keys", to: ofA)).result().string("verdict") == "allow")
        #expect(store.loads == [["b"]])
        let wrong: TestJSON = ["a": ["ed25519:1": .publicKey(of: "c")]]
        let result = try await service.check(params.setting("keys", to: wrong)).result()
        #expect(result.string("rule") == "signatures.invalid")
    }

    @Test
    func `keys that are in memory too long, or do not suffice, are read again`() async throws {
        let store = ScriptedKeyStore()
        let keys = ServerKeys(store: store, lifetime: .zero)
        let params = try TestJSON.checkOfJoin(.v11).setting("keys", to: nil)
        let forgetful = TestedService(keys: keys, remakesDecisions: false)
        let service = TestedService(keys: ServerKeys(store: store), remakesDecisions: false)
        #expect(try await service.check(params).error().reason == "keys_missing")
        _ = try await store.save([.ofTest("b", validUntil: 1)])
        #expect(try await service.check(params).error().reason == "keys_missing")
        _ = try await store.save([.ofTest("b", validUntil: Timestamp(milliseconds: .max))])
        for service in [service, service, forgetful, forgetful] {
            #expect(try await service.check(params).result().string("verdict") == "allow")
        }
        #expect(store.loads.count == 5)
    }

    @Test
    func `a store of keys that is away is no denial`() async throws {
        let (service, store, params) = try await restrictedJoin()
        store.failure = .unavailable("away")
        let error = try await service.check(params).error()
        #expect(error.reason == "store_unavailable")
        #expect(error.isRetryable == true)
        let all: TestJSON = ["a": ["ed25519:1": .publicKey(of: "a")], "b": ["ed25519:1": .publicKey(of: "b")]]
        #expect(try await service.check(params.setting("keys", to: all)).result().string("verdict") == "allow")
        store.failure = .defective("broken")
        #expect(try await service.check(params).error().reason == "internal")
        #expect(service.incidents.details == ["broken"])
    }

    private func restrictedJoin() async throws -> (service: TestedService, store: ScriptedKeyStore, params: TestJSON) {
        let store = ScriptedKeyStore()
        _ = try await store.save([.ofTest("a"), .ofTest("b"), .ofTest("c")])
        let room = try TestRoom.furnished(.v11)
        let join = try room.authorisedJoin(of: .bob, via: .alice)
        let params: TestJSON = ["event": .event(join), "events": .events(room.events), "checks": ["signatures"]]
        return (TestedService(keys: ServerKeys(store: store)), store, params)
    }
}
