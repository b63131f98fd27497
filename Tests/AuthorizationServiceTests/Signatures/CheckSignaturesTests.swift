import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check` with `signatures` among the checks.
struct CheckSignaturesTests {
    @Test(arguments: RoomVersion.allCases)
    func `an event that its server signed passes`(version: RoomVersion) async throws {
        let params = try params(version)
        let rule = version == .draft2014 ? "draft.member.join.public" : "member.join.public"
        #expect(try await TestedService().check(params).result().gist == "allow \(rule) auth_events accept")
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event that its server has not signed is dropped`(version: RoomVersion) async throws {
        let result = try await TestedService().check(try params(version) { $0.signers = ["a"] }).result()
        #expect(result.gist == "deny signatures.missing signatures drop")
        #expect(result.string("reason") == "the event needs an Ed25519 signature by b, and has none")
        #expect(result["spec"]?.object?["number"]?.isNull == true)
        #expect(result.strings("decided_by") == [])
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event whose signature does not verify is dropped`(version: RoomVersion) async throws {
        let params = try params(version) { $0.extraSignatures["b"] = ["ed25519:1": "AAAA"] }
        let result = try await TestedService().check(params).result()
        #expect(result.gist == "deny signatures.invalid signatures drop")
        #expect(result.string("reason") == "the signature by b with its key ed25519:1 does not verify")
    }

    @Test(arguments: RoomVersion.allCases)
    func `without the server's key there is no decision`(version: RoomVersion) async throws {
        let params = try params(version).setting("keys", to: ["a": ["ed25519:1": .publicKey(of: "a")]])
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "keys_missing")
        #expect(error.code == -32_009)
        #expect(error.isRetryable == false)
        #expect(error.missingKeys == [["b", "ed25519:1"]])
    }

    @Test
    func `signatures are looked at only where that is asked for`() async throws {
        let params = try params(.v11) { $0.signers = [] }.setting("checks", to: ["format"])
        #expect(try await TestedService().check(params).result().string("verdict") == "allow")
    }

    @Test
    func `a stored event's signatures are checked too`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        for event in room.events {
            let params: TestJSON = [
                "event_id": .id(event), "checks": ["signatures"], "keys": ["a": ["ed25519:1": .publicKey(of: "a")]],
            ]
            #expect(try await service.check(params).result().string("verdict") == "allow")
        }
    }

    @Test
    func `the server that authorises a join has to have signed it really`() async throws {
        let room = try TestRoom.furnished(.v11)
        let join = try room.authorisedJoin(of: .bob, via: .alice)
        var params: TestJSON = [
            "event": .event(join), "events": .events(room.events), "checks": ["signatures"],
            "keys": ["a": ["ed25519:1": .publicKey(of: "a")], "b": ["ed25519:1": .publicKey(of: "b")]],
        ]
        #expect(try await TestedService().check(params).result().string("verdict") == "allow")
        params = params.setting("keys", to: ["b": ["ed25519:1": .publicKey(of: "b")]])
        #expect(try await TestedService().check(params).error().missingKeys == [["a", "ed25519:1"]])
        let wrong: TestJSON = ["a": ["ed25519:1": .publicKey(of: "c")], "b": ["ed25519:1": .publicKey(of: "b")]]
        let denied = try await TestedService().check(params.setting("keys", to: wrong)).result()
        #expect(denied.gist == "deny signatures.invalid signatures drop")
    }

    @Test(arguments: RoomVersion.specified)
    func `nobody makes invites of others out of an invite by a third party's word`(version: RoomVersion) async throws {
        // Its content matches no hash: until v11 the rules would see an ordinary invite that its sender never signed.
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        var template = try room.template(
            .member,
            by: .alice,
            stateKey: "@mallory:mallory.example",
            content: ["membership": "invite", "third_party_invite": ["signed": ["token": "t"]]]
        )
        template.claimedHash = "x"
        template.signers = ["mallory.example"]
        if template.opaqueID != nil { template.opaqueID = "$id:mallory.example" }
        let params: TestJSON = [
            "event": .event(try template.event()), "room_version": "\(version)", "events": .events(room.events),
            "auth_events": .ids(room.stateEvents.filter { [.create, .powerLevels, .member].contains($0.type) }),
            "checks": ["signatures", "hash"],
            "keys": ["mallory.example": ["ed25519:1": .publicKey(of: "mallory.example")]],
        ]
        let result = try await TestedService().check(params).result()
        #expect(result.string("verdict") == "deny")
        let redactionLeavesIt = version == .v11 || version == .v12
        #expect((result.string("rule") == "signatures.missing") == !redactionLeavesIt)
    }

    @Test
    func `the time of day bounds how long a key is trusted`() async throws {
        let store = ScriptedKeyStore()
        _ = try await store.save([.ofTest("b", validUntil: Timestamp(milliseconds: .max))])
        // Events of tests are from 1,700,000,000,000 on.
        for (now, isTrusted) in [(1_700_000_000_000, true), (1_699_000_000_000, false)] as [(Timestamp, Bool)] {
            let service = TestedService(keys: ServerKeys(store: store, clock: { now }))
            let reply = try await service.check(try params(.v11).setting("keys", to: nil))
            #expect((reply.object["result"] != nil) == isTrusted)
            if !isTrusted { #expect(try reply.error().missingKeys == [["b", "ed25519:1"]]) }
        }
    }

    @Test
    func `a key that its server has given up is no longer good for new events`() async throws {
        let store = ScriptedKeyStore()
        _ = try await store.save([.ofTest("b", expired: 1_600_000_000_000)])
        let service = TestedService(keys: ServerKeys(store: store))
        let result = try await service.check(try params(.v11).setting("keys", to: nil)).result()
        #expect(result.gist == "deny signatures.key_expired signatures drop")
        #expect(result.string("reason") == "the key ed25519:1 of b expired before the event was made")
    }

    @Test
    func `a key whose private half everyone knows counts as none`() async throws {
        let keys: TestJSON = ["b": ["ed25519:1": "l/O9hxMVKB6Lg+3Hqf0FQQZhVESQcMzbPN1Cz2nM3og"]]
        let result = try await TestedService().check(try params(.v11).setting("keys", to: keys)).result()
        #expect(result.gist == "deny signatures.key_banned signatures drop")
    }

    @Test(arguments: ["", "AAAA", "%", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
    func `a malformed key is the caller's mistake`(key: String) async throws {
        for checks in [["signatures"], ["format"]] as [TestJSON] {
            let params = try params(.v11).setting("checks", to: checks)
                .setting("keys", to: ["a": [:], "b/~": ["ed25519:1": .string(key)]])
            let error = try await TestedService().check(params).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == "/keys/b~1~0/ed25519:1")
        }
    }

    @Test(arguments: [[], ["b": "key"], ["b": ["ed25519:1": 1]], ["b": [["ed25519:1": "x"]]]] as [TestJSON])
    func `keys are an object of objects of strings`(keys: TestJSON) async throws {
        let error = try await TestedService().check(try params(.v11).setting("keys", to: keys)).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path?.hasPrefix("/keys") == true)
    }

    @Test
    func `keys of other algorithms are left out`() async throws {
        let keys: TestJSON = ["b": ["rsa:1": "?", "ed25519:policy_server": "?", "ed25519:1": .publicKey(of: "b")]]
        let params = try params(.v11).setting("keys", to: keys)
        #expect(try await TestedService().check(params).result().string("verdict") == "allow")
    }

    private func params(
        _ version: RoomVersion,
        _ change: (inout EventTemplate) -> Void = { _ in }
    ) throws -> TestJSON { try .checkOfJoin(version, change) }
}

extension TestJSON {
    /// The parameters that check the join of bob, whose server's key they bring along, in every way.
    static func checkOfJoin(
        _ version: RoomVersion,
        _ change: (inout EventTemplate) -> Void = { _ in }
    ) throws -> TestJSON {
        let room = try TestRoom.furnished(version)
        var template = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        change(&template)
        return [
            "event": .event(try template.event()), "room_version": "\(version)", "events": .events(room.events),
            "checks": ["format", "signatures", "hash"], "keys": ["b": ["ed25519:1": .publicKey(of: "b")]],
        ]
    }

    /// The key with which `server` signs in tests.
    static func publicKey(of server: String) -> TestJSON {
        .string(TestSigningKey(of: server).publicKey())
    }
}

extension CallError {
    /// The keys without which there is no decision, each with its server.
    var missingKeys: [[String]]? {
        data?["keys"]?.array?.map { $0.array?.compactMap { $0.text?.string } ?? [] }
    }
}
