import AuthorizationService
import CanonicalJSON
import EventTestSupport
import JSONRPC
import MatrixEvents
import Testing

/// Servers' keys as files state them.
struct PublishedKeysTests {
    @Test
    func `an object of servers states keys, with bounds or without`() throws {
        let keys = try read([
            "a": ["verify_keys": ["ed25519:1": ["key": .publicKey(of: "a")], "rsa:1": ["key": "?"]]],
            "b:8448": [
                "verify_keys": [:], "valid_until_ts": 5,
                "old_verify_keys": ["ed25519:1": ["key": .publicKey(of: "b:8448"), "expired_ts": 3]],
            ],
            "[::1]": ["verify_keys": ["ed25519:1": ["key": .publicKey(of: "[::1]")]], "valid_until_ts": 9],
        ])
        #expect(
            keys == [
                .ofTest("a"), .ofTest("b:8448", validUntil: 5, expired: 3), .ofTest("[::1]", validUntil: 9),
            ]
        )
    }

    @Test
    func `a server's response states its keys`() throws {
        let keys = try read(try signed(response(of: "a"), as: "a"))
        #expect(keys == [.ofTest("a", validUntil: 7), .ofTest("a", keyID: "ed25519:0", validUntil: 7, expired: 2)])
    }

    @Test
    func `a notary's answer states the keys of several servers`() throws {
        let responses = try ["a", "b"].map { try signed(response(of: $0), as: $0) }
        #expect(try read(["server_keys": .array(responses)]).map(\.id.server) == ["a", "a", "b", "b"])
        #expect(try read(["server_keys": []]).isEmpty)
    }

    @Test
    func `a response covers all that it says but its signatures and what is unsigned`() throws {
        let response = try signed(response(of: "a").setting("org.example.more", to: ["b": 1, "a": [1]]), as: "a")
        #expect(try read(response.setting("unsigned", to: ["age": 1])).count == 2)
        let changed = response.setting("valid_until_ts", to: 8)
        #expect(throws: PublishedKeysError.notSelfSigned("a", at: .init())) { try read(changed) }
    }

    @Test
    func `a response that is not signed with its own keys is refused`() throws {
        let response = response(of: "a")
        for refused in [
            response, response.setting("signatures", to: [:]), try signed(response, as: "b"),
            response.setting("signatures", to: ["a": ["ed25519:0": "AAAA", "ed25519:2": "AAAA"]]),
            response.setting("signatures", to: ["a": ["ed25519:1": 1]]), response.setting("verify_keys", to: [:]),
        ] {
            let error = #expect(throws: PublishedKeysError.self) {
                try read(["server_keys": [try signed(response, as: "a"), refused]])
            }
            #expect(
                error?.description == "the keys of a at /server_keys/1 are not signed with one of themselves"
            )
        }
    }

    @Test(
        arguments: [
            ([], "an object at the top"), (["a": []], "an object at /a"), (["a b": [:]], "a server's name at /a b"),
            (["a": [:]], "an object at /a/verify_keys"), (["a/": ["verify_keys": [:]]], "a server's name at /a~1"),
            (["a": ["verify_keys": ["ed25519:1": "x"]]], "an object at /a/verify_keys/ed25519:1"),
            (
                ["a": ["verify_keys": ["ed25519:1": ["key": "AAAA"]]]],
                "the 32 bytes of an Ed25519 key in base64 at /a/verify_keys/ed25519:1/key"
            ),
            (["a": ["verify_keys": [:], "valid_until_ts": "5"]], "an integer at /a/valid_until_ts"),
            (["a": ["verify_keys": [:], "old_verify_keys": []]], "an object at /a/old_verify_keys"),
            (
                ["a": ["verify_keys": [:], "old_verify_keys": ["ed25519:1": ["key": .publicKey(of: "a")]]]],
                "an integer at /a/old_verify_keys/ed25519:1/expired_ts"
            ),
            (["server_name": 1], "a string at /server_name"),
            (["server_name": "a", "verify_keys": [:]], "an integer at /valid_until_ts"),
            (["server_keys": [1]], "an object at /server_keys/0"),
        ] as [(TestJSON, String)]
    )
    func `what is malformed is told with its place`(json: TestJSON, expected: String) throws {
        let error = #expect(throws: PublishedKeysError.self) { try read(json) }
        #expect(error?.description == "expected \(expected)")
    }

    private func read(_ json: TestJSON) throws -> [ServerKey] {
        try PublishedKeys(JSONDocument(parsing: json.bytes).root).keys
    }

    private func response(of server: String) -> TestJSON {
        [
            "server_name": .string(server), "valid_until_ts": 7,
            "verify_keys": ["ed25519:1": ["key": .publicKey(of: server)]],
            "old_verify_keys": ["ed25519:0": ["key": .publicKey(of: server), "expired_ts": 2]],
        ]
    }

    private func signed(_ response: TestJSON, as server: String) throws -> TestJSON {
        try TestSigningKey(of: server).signing(response, as: server)
    }
}
