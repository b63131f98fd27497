import CanonicalJSON
import EventTestSupport
import Foundation
import Testing

/// `eventauth token`, and servers that ask for what it makes.
struct TokenTests {
    private let folder: TemporaryFolder
    private let file: String

    init() throws {
        folder = try TemporaryFolder()
        file = folder.path("credentials")
    }

    private func create(_ name: String, _ options: String...) async throws -> Eventauth.Output {
        try await Eventauth.run(["token", "create", "--file", file, "--name", name] + options)
    }

    @Test
    func `a token is printed once, and its hash kept where only the owner reads it`() async throws {
        let output = try await create("synapse", "--role", "check", "--role", "write", "--expires", "90d")
        #expect(output.status == 0 && output.errors.isEmpty)
        let token = output.text.trimmingCharacters(in: .newlines)
        #expect(token.hasPrefix("eventauth_"))
        let kept = try String(contentsOfFile: file, encoding: .utf8)
        #expect(
            kept.hasPrefix(#"{"name":"synapse","roles":["check","write"],"token_sha256":""#) && !kept.contains(token)
        )
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        _ = try await create("metrics", "--role", "check")
        let list = try await Eventauth.run("token", "list", "--file", file).text.split(separator: "\n")
        #expect(list.count == 2)
        #expect(list[0].hasPrefix("synapse ") && list[0].contains("check,write") && list[0].contains("good until"))
        #expect(list[1].hasSuffix("good without bounds"))
    }

    @Test
    func `a second token of one name is refused, and the file stays as it is`() async throws {
        _ = try await create("synapse", "--role", "check")
        let before = try Data(contentsOf: URL(filePath: file))
        let output = try await create("synapse", "--role", "admin")
        #expect(output.status == 1 && output.text.isEmpty)
        #expect(output.errors.contains(#"there is a credential "synapse" already"#))
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    @Test
    func `one who edits the file keeps others from it, and is named`() async throws {
        _ = try folder.file("credentials.new", [])
        let output = try await create("synapse", "--role", "check")
        #expect(output.status == 1 && output.text.isEmpty)
        #expect(output.errors.contains("credentials.new is there"))
        #expect(FileManager.default.fileExists(atPath: file + ".new"))
    }

    @Test(arguments: [
        ["--role", "root"], ["--role", "check", "--expires", "soon"], ["--role", "check", "--expires", "0d"], [],
    ])
    func `what is asked for wrongly makes no file`(options: [String]) async throws {
        let output = try await Eventauth.run(["token", "create", "--file", file, "--name", "a"] + options)
        #expect(output.status == 64 && output.text.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test
    func `a server asks for tokens by TCP, and knows new ones after SIGHUP`() async throws {
        let first = try await create("first", "--role", "check").text.trimmingCharacters(in: .newlines)
        let server = try await RunningEventauth("--listen", "tcp:127.0.0.1:0", "--credentials", file)
        let url = "http://127.0.0.1:\(try #require(server.tcpPort))/"
        let rules = #"{"jsonrpc":"2.0","id":1,"method":"auth.rules","params":{"room_version":"11"}}"#
        func status(_ token: String?, _ message: String) async throws -> String {
            let header = token.map { "Authorization: Bearer \($0)" } ?? "X: y"
            return try await run(
                "curl",
                "--silent",
                "--output",
                "/dev/null",
                "--write-out",
                "%{http_code}",
                "--header",
                header,
                "--data",
                message,
                "--header",
                "Content-Type: application/json",
                url,
                in: folder
            )
        }
        #expect(try await status(nil, rules) == "401")
        for _ in 0..<10 { #expect(try await status("nonsense", rules) == "401") }
        // One is forgiven now and then.
        try await eventually(within: .seconds(30), "there were too many") {
            try await status("nonsense", rules) == "429"
        }
        // Others who share the address are not kept out by that.
        #expect(try await status(first, rules) == "200")
        let put = #"{"jsonrpc":"2.0","id":1,"method":"events.put","params":{"room_version":"11","events":[]}}"#
        #expect(try await status(first, put) == "403")
        let second = try await create("second", "--role", "write").text.trimmingCharacters(in: .newlines)
        #expect(["401", "429"].contains(try await status(second, put)))
        server.hangUp()
        try await eventually(within: .seconds(20), "the new token is known") { try await status(second, put) == "200" }
        let page = try await run(
            "curl",
            "--silent",
            "--header",
            "Authorization: Bearer \(first)",
            url + "metrics",
            in: folder
        )
        #expect(page.contains("\neventauth_authentication_failures_total "))
        #expect(page.contains("\neventauth_connections "))
    }

    @Test
    func `a token that is taken back is good no longer on a connection that is open`() async throws {
        let token = try await create("mine", "--role", "check").text.trimmingCharacters(in: .newlines)
        let other = try await create("other", "--role", "check").text.trimmingCharacters(in: .newlines)
        let server = try await RunningEventauth("--listen", "tcp:127.0.0.1:0", "--credentials", file)
        let (client, unharmed) = (try await open(server, with: token), try await open(server, with: other))

        let kept = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        _ = try folder.file("credentials", Array(kept.dropFirst().joined(separator: "\n").utf8))
        server.hangUp()
        try await eventually(within: .seconds(30), "the token is taken back") {
            try await client.call("auth.rules", Self.rules).errorReason == "unauthenticated"
        }
        #expect(try await unharmed.call("auth.rules", Self.rules)["result"] != nil)
    }

    @Test
    func `a token that expires is good no longer on a connection that is open`() async throws {
        let token = try await create("mine", "--role", "check", "--expires", "1d").text.trimmingCharacters(
            in: .newlines
        )
        let server = try await RunningEventauth("--listen", "tcp:127.0.0.1:0", "--credentials", file)
        let client = try await open(server, with: token)
        let kept = try String(contentsOfFile: file, encoding: .utf8)
        let soon = Date(timeIntervalSinceNow: 3).formatted(.iso8601)
        _ = try folder.file(
            "credentials",
            Array(kept.replacing(/"expires":"[^"]*"/, with: #""expires":"\#(soon)""#).utf8)
        )
        server.hangUp()
        try await eventually(within: .seconds(30), "the token expires") {
            try await client.call("auth.rules", Self.rules).errorReason == "unauthenticated"
        }
        let again = try await client.call("session.authenticate", ["token": .string(token)])
        #expect(again.errorReason == "unauthenticated")
    }

    private static let rules: TestJSON = ["room_version": "11"]

    /// A connection by TCP on which `token` has been shown, and found good.
    private func open(_ server: RunningEventauth, with token: String) async throws -> SocketClient {
        let client = try SocketClient(port: try #require(server.tcpPort))
        try #require(try await client.call("session.authenticate", ["token": .string(token)])["result"] != nil)
        #expect(try await client.call("auth.rules", Self.rules)["result"] != nil)
        return client
    }
}
