import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// The check of an event's signatures with the keys at hand.
struct SignatureCheckTests {
    private let check = SignatureCheck(keys: .ofTest("a", "b"), now: 1_700_000_000_000)

    @Test(arguments: RoomVersion.allCases)
    func `an event that its servers signed is verified`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        for event in room.events { #expect(check.finding(for: event) == .verified) }
        #expect(check.finding(for: try room.authorisedJoin(of: .bob, via: .alice)) == .verified)
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event that nobody signed lacks the signature of its sender's server`(version: RoomVersion) throws {
        let event = try message(version) { $0.signers = [] }
        #expect(violation(event) == "signatures.missing by a")
        #expect(explanation(event) == "the event needs an Ed25519 signature by a, and has none")
    }

    @Test(
        arguments: [
            [:], ["ed25519:policy_server": "AAAA"], ["rsa:1": "AAAA", "ed25519": "AAAA"],
        ] as [TestJSON]
    )
    func `what no server signs events with is no signature`(signatures: TestJSON) throws {
        let event = try message(.v11) {
            $0.signers = []
            $0.extraSignatures["a"] = signatures
        }
        #expect(violation(event) == "signatures.missing by a")
    }

    @Test(arguments: RoomVersion.allCases)
    func `a signature over something else is invalid`(version: RoomVersion) throws {
        let other = try message(version) { $0.content = ["body": "other"] }
        let event = try message(version) {
            $0.content = ["body": "this"]
            $0.extraSignatures["a"] = other.json["signatures"]?.object?["a"].map { TestJSON($0) }
        }
        #expect(violation(event) == "signatures.invalid by a with ed25519:1")
        #expect(explanation(event) == "the signature by a with its key ed25519:1 does not verify")
    }

    @Test(arguments: ["", "%", "AAAA", .string(String(repeating: "A", count: 86)), 1, nil] as [TestJSON])
    func `what cannot be decoded is an invalid signature`(signature: TestJSON) throws {
        let event = try message(.v11) { $0.extraSignatures["a"] = ["ed25519:1": signature] }
        #expect(violation(event) == "signatures.invalid by a with ed25519:1")
    }

    @Test
    func `signatures by keys that are not known are skipped where another verifies`() throws {
        let signed = try signature(by: "a", .v11)
        let event = try message(.v11) {
            $0.extraSignatures["a"] = ["ed25519:unknown": "AAAA", "rsa:1": "AAAA", "ed25519:1": .string(signed)]
        }
        #expect(check.finding(for: event) == .verified)
    }

    @Test
    func `one bad signature by a known key is enough`() throws {
        let keys = KeyRing([.ofTest("a"), .ofTest("a", keyID: "ed25519:2")])
        let signed = try signature(by: "a", .v11)
        let event = try message(.v11) {
            $0.extraSignatures["a"] = ["ed25519:1": .string(signed), "ed25519:2": "AAAA"]
        }
        #expect(violation(event, keys) == "signatures.invalid by a with ed25519:2")
    }

    @Test
    func `without a known key nothing is said but which keys are missing`() throws {
        let event = try message(.v11) { $0.extraSignatures["a"] = ["ed25519:1": "AAAA", "ed25519:2": "AAAA"] }
        let ids = ["ed25519:1", "ed25519:2"].map { ServerKeyID(server: "a", keyID: UTF8Text($0)) }
        #expect(SignatureCheck(keys: KeyRing(), now: 0).finding(for: event) == .keysMissing(ids))
    }

    @Test
    func `the missing keys of all servers are told together`() throws {
        let join = try TestRoom.furnished(.v11).authorisedJoin(of: .bob, via: .alice)
        let ids = ["b", "a"].map { ServerKeyID(server: $0, keyID: UTF8Text("ed25519:1")) }
        #expect(SignatureCheck(keys: KeyRing(), now: 0).finding(for: join) == .keysMissing(ids))
    }

    @Test
    func `a bad signature decides although another server's key is missing`() throws {
        var template = try TestRoom.furnished(.v11).template(
            .member,
            by: .bob,
            stateKey: "@bob:b",
            content: ["membership": "join", "join_authorised_via_users_server": "@alice:a"]
        )
        template.extraSignatures["a"] = ["ed25519:1": "AAAA"]
        #expect(violation(try template.event(), .ofTest("a")) == "signatures.invalid by a with ed25519:1")
    }

    @Test
    func `a caller may want more servers to have signed`() throws {
        let invite = try TestRoom.furnished(.v11).membership("invite", of: .bob, by: .alice)
        #expect(check.finding(for: invite) == .verified)
        #expect(check.finding(for: invite, alsoSignedBy: ["a"]) == .verified)
        guard case .violation(let violation) = check.finding(for: invite, alsoSignedBy: ["a", "b"]) else {
            return #expect(Bool(false), "the invited user's server has not signed")
        }
        #expect(violation.gist == "signatures.missing by b")
    }

    @Test
    func `a signature by somebody who need not sign is not looked at`() throws {
        let event = try message(.v11) { $0.extraSignatures["b"] = ["ed25519:1": "AAAA"] }
        #expect(check.finding(for: event) == .verified)
    }

    @Test
    func `a v3 event that carries its id is signed without it`() throws {
        let event = try message(.v11)
        let carrying = TestJSON.event(event).setting("event_id", to: .id(event))
        let read = try Event(parsing: carrying.bytes, roomVersion: .v11)
        #expect(check.finding(for: read) == .verified)
    }

    @Test
    func `servers are told apart byte by byte`() throws {
        let event = try message(.v11)
        #expect(
            SignatureCheck(keys: .ofTest("A", "a:8448"), now: 0).finding(for: event)
                == .keysMissing([ServerKeyID(server: "a", keyID: UTF8Text("ed25519:1"))])
        )
    }

    @Test
    func `of very many signatures only the first are verified`() throws {
        let signed = try signature(by: "a", .v11)
        let ids = (0..<500).map { "ed25519:\($0)" }
        let keys = KeyRing(ids.map { .ofTest("a", keyID: $0) })
        let limit = SignatureCheck.verificationLimit
        func event(badAt index: Int) throws -> Event {
            try message(.v11) {
                $0.extraSignatures["a"] = .object(
                    ids.enumerated().map { (key: $1, value: $0 == index ? "AAAA" : .string(signed)) }
                )
            }
        }
        #expect(violation(try event(badAt: limit - 1), keys) == "signatures.invalid by a with \(ids[limit - 1])")
        #expect(SignatureCheck(keys: keys, now: 0).finding(for: try event(badAt: limit)) == .verified)
    }

    @Test
    func `only servers whose keys at hand do not suffice are asked for`() throws {
        let join = try TestRoom.furnished(.v11).authorisedJoin(of: .bob, via: .alice)
        #expect(SignatureCheck(keys: .ofTest("a"), now: 0).serversLackingKeys(for: join) == ["b"])
        #expect(check.serversLackingKeys(for: join) == [])
        let event = try message(.v11) { $0.signers = [] }
        #expect(SignatureCheck(keys: KeyRing(), now: 0).serversLackingKeys(for: event) == [])
    }

    private func message(_ version: RoomVersion, _ change: (inout EventTemplate) -> Void = { _ in }) throws -> Event {
        var template = try TestRoom.furnished(version).template("m.room.message", by: .alice)
        change(&template)
        return try template.event()
    }

    /// The signature of `server` on ``message(_:_:)``.
    private func signature(by server: String, _ version: RoomVersion) throws -> String {
        TestSigningKey(of: server).signature(over: try message(version).signedBytes)
    }

    private func violation(_ event: Event, _ keys: KeyRing = .ofTest("a", "b")) -> String? {
        guard case .violation(let violation) = SignatureCheck(keys: keys, now: 1_700_000_000_000).finding(for: event)
        else { return nil }
        return violation.gist
    }

    private func explanation(_ event: Event) -> String? {
        guard case .violation(let violation) = check.finding(for: event) else { return nil }
        return violation.explanation
    }
}

extension SignatureViolation {
    /// `signatures.invalid by a with ed25519:1`
    var gist: String { "\(rule.rawValue) by \(server)" + (keyID.map { " with \($0)" } ?? "") }
}
