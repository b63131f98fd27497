import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// `eventauth keys`, and servers that check signatures with what it stored.
struct KeysTests {
    @Test
    func `keys are imported from every form of file, once`() async throws {
        let database = try await migratedDatabase()
        let folder = try TemporaryFolder()
        let files = [
            try folder.file("servers.json", Self.ofServers("a").bytes),
            try folder.gzipped("response.json", try Self.response(of: "b").bytes),
            try folder.file("notary.json", TestJSON.object([("server_keys", [try Self.response(of: "c")])]).bytes),
        ]
        for stored in [3, 0] as [Int64] {
            let output = try await Eventauth.run(
                ["keys", "import", "--json"] + files,
                environment: ["EVENTAUTH_DATABASE": database.url]
            )
            #expect(output.status == 0, "\(output.errors)")
            let summary = try JSONDocument(parsing: output.text).root.object
            #expect(summary?["stored"]?.number?.int64 == stored)
            #expect(summary?["known"]?.number?.int64 == 3 - stored)
            #expect(summary?["servers"]?.number?.int64 == 3)
        }
        let list = try await Eventauth.run("keys", "list", "--database", database.url)
        let lines = list.text.split(separator: "\n")
        #expect(lines.map { $0.prefix(1) } == ["a", "b", "c"])
        #expect(lines.first?.hasSuffix("valid without bounds") == true)
        #expect(lines.last?.hasSuffix("valid until 2023-11-14T22:13:20Z") == true)
        let json = try await Eventauth.run("keys", "list", "--json", "--database", database.url)
        let key = try JSONDocument(parsing: String(json.text.split(separator: "\n")[1])).root.object
        #expect(key?["key"]?.text?.string == TestSigningKey(of: "b").publicKey())
        #expect(key?["valid_until_ts"]?.number?.int64 == 1_700_000_000_000)
    }

    @Test
    func `a file of which one response is not signed is refused, and nothing is stored`() async throws {
        let database = try await migratedDatabase()
        let folder = try TemporaryFolder()
        let good = try folder.file("good.json", Self.ofServers("a").bytes)
        let bad = try folder.file(
            "bad.json",
            TestJSON.object([
                (
                    "server_keys",
                    [try Self.response(of: "b"), try Self.response(of: "c").setting("server_name", to: "d")]
                )
            ]).bytes
        )
        let output = try await Eventauth.run("keys", "import", "--database", database.url, good, bad)
        #expect(output.status == 1)
        #expect(output.errors.contains("bad.json"))
        #expect(output.errors.contains("the keys of d at /server_keys/1 are not signed with one of themselves"))
        let list = try await Eventauth.run("keys", "list", "--database", database.url)
        #expect(list.text.isEmpty)
        for (text, message) in [("nonsense", "is not JSON"), ("{\"a\":1}", "expected an object at /a")] {
            let output = try await Eventauth.run(
                ["keys", "import", "--database", database.url, "-"],
                input: Array(text.utf8)
            )
            #expect(output.status == 1)
            #expect(output.errors.contains("standard input"))
            #expect(output.errors.contains(message))
        }
    }

    @Test
    func `a server finds keys in the database as soon as they are imported`() async throws {
        let database = try await migratedDatabase()
        let server = try await RunningEventauth("--database", database.url)
        let params = try Self.checkOfJoin()
        let missing = try await server.call("auth.check", params)["error"]?.object?["data"]?.object
        #expect(missing?["reason"]?.text == UTF8Text("keys_missing"))
        #expect(
            missing?["keys"].map { String(decoding: $0.source, as: UTF8.self) }
                == #"[["b","ed25519:1"],["a","ed25519:1"]]"#
        )

        let folder = try TemporaryFolder()
        let file = try folder.file("keys.json", Self.ofServers("a", "b").bytes)
        #expect(try await Eventauth.run("keys", "import", "--database", database.url, file).status == 0)
        for _ in 0..<2 {
            let result = try await server.call("auth.check", params)["result"]?.object
            #expect(result?["rule"]?.text == UTF8Text("member.join.restricted.authorised"))
        }
        let unsigned = try await server.call("auth.check", try Self.checkOfJoin(signedBy: ["b"]))["result"]?.object
        #expect(unsigned?["rule"]?.text == UTF8Text("signatures.missing"))
        #expect(unsigned?["gate"]?.text == UTF8Text("signatures"))
        #expect(unsigned?["disposition"]?.text == UTF8Text("drop"))
        server.terminate()
        #expect(try await server.status() == 0)
    }

    @Test
    func `a caller's time limit ends its wait for keys, too`() async throws {
        let database = try await migratedDatabase()
        let server = try await RunningEventauth("--database", database.url)
        let locker = PostgresConnection(configuration: database, logger: .quiet)
        try await locker.run("BEGIN; LOCK TABLE server_keys")
        let params = try Self.checkOfJoin()
        let start = ContinuousClock.now
        let reply = try await server.call("auth.check", params.setting("timeout_ms", to: 50))
        #expect(ContinuousClock.now - start < .seconds(3), "which is sooner than the database's own limit")
        #expect(reply["error"]?.object?["data"]?.object?["reason"]?.text == UTF8Text("deadline_exceeded"))
        try await locker.run("ROLLBACK")
        let later = try await server.call("auth.check", params)
        #expect(later["error"]?.object?["data"]?.object?["reason"]?.text == UTF8Text("keys_missing"))
    }

    @Test
    func `a server without a database has the keys that it was given`() async throws {
        let folder = try TemporaryFolder()
        let files = try ["a", "b"].map { try folder.file("\($0).json", Self.ofServers($0).bytes) }
        let server = try await RunningEventauth(environment: ["EVENTAUTH_KEYS": files.joined(separator: ",")])
        let result = try await server.call("auth.check", try Self.checkOfJoin())["result"]?.object
        #expect(result?["verdict"]?.text == UTF8Text("allow"))
        let output = try await Eventauth.run("serve", "--database", "postgresql:///x", "--keys", files[0])
        #expect(output.status == 64)
        #expect(output.errors.contains("eventauth keys import"))
        let bad = try await Eventauth.run("serve", "--keys", folder.path("absent"))
        #expect(bad.errors.contains("cannot open"))
    }

    private static func ofServers(_ servers: String...) -> TestJSON {
        .object(servers.map { (key: $0, value: ["verify_keys": ["ed25519:1": key(of: $0)]]) })
    }

    private static func response(of server: String) throws -> TestJSON {
        let response: TestJSON = [
            "server_name": .string(server), "valid_until_ts": 1_700_000_000_000,
            "verify_keys": ["ed25519:1": key(of: server)], "old_verify_keys": [:],
        ]
        return try TestSigningKey(of: server).signing(response, as: server)
    }

    private static func key(of server: String) -> TestJSON {
        ["key": .string(TestSigningKey(of: server).publicKey())]
    }

    /// A join that the servers `a` and `b` must have signed, with all the events it needs.
    private static func checkOfJoin(signedBy signers: [ServerName] = ["b", "a"]) throws -> TestJSON {
        var room = try TestRoom.furnished(.v11)
        try room.setJoinRule("restricted")
        var template = try room.template(
            .member,
            by: .bob,
            stateKey: "@bob:b",
            content: ["membership": "join", "join_authorised_via_users_server": "@alice:a"]
        )
        template.signers = signers
        return [
            "event": .event(try template.event()), "events": .events(room.events), "checks": ["signatures", "hash"],
        ]
    }
}
