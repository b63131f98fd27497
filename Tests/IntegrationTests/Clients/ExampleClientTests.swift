import CanonicalJSON
import EventTestSupport
import Foundation
import Testing

/// The programs in `docs/clients`, against real servers.
@Suite(.timeLimit(.minutes(4)))
struct ExampleClientTests {
    private static let samples = projectFolder.appending(path: "Samples/room-v11.jsonl").path()
    private let folder: TemporaryFolder
    private let port: Int
    /// Ids of stored events.
    private let allowed: String
    private let denied = "$c72AITNVlvf0hu7J_ZGBgA6-6X7qcBg6CBfA_jd46vA"
    private let missing = "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    init() throws {
        folder = try TemporaryFolder()
        port = try LoadBalancer.freePort()
        let create = try String(contentsOfFile: Self.samples, encoding: .utf8).split(separator: "\n").first
        let line = try #require(try create.flatMap { try JSONDocument(parsing: Array($0.utf8)).root.object })
        allowed = try #require(line["event_id"]?.text?.string)
    }

    private func serve(_ arguments: String...) async throws -> RunningEventauth {
        let listen = ["--listen", "unix:\(folder.path("s"))", "--listen", "tcp:127.0.0.1:\(port)"]
        return try await RunningEventauth(listen + ["--preload", Self.samples] + arguments, environment: [:])
    }

    private func client(
        _ language: ExampleClient.Language,
        _ transport: ExampleClient.Transport
    ) async throws -> ExampleClient {
        do {
            return try await ExampleClient(language, transport)
        } catch let error as ExampleClient.NotInstalled {
            try Test.cancel("\(error)")
        }
    }

    private func address(_ transport: ExampleClient.Transport) -> String {
        transport == .lines ? "unix:\(folder.path("s"))" : "http://127.0.0.1:\(port)/"
    }

    @Test(arguments: ExampleClient.Language.allCases, ExampleClient.Transport.allCases)
    func `decisions are printed, and errors told from them`(
        language: ExampleClient.Language,
        transport: ExampleClient.Transport
    ) async throws {
        let client = try await client(language, transport)
        let server = try await serve()
        let good = try RunningClient(client, address(transport))
        try good.ask(Array(repeating: [allowed, denied], count: 100).flatMap { $0 })
        let answers = try await good.answers(200)
        #expect(answers.count { $0 == "allow \(allowedRule)" } == 100)
        #expect(answers.count { $0 == "deny power.required_level" } == 100)
        #expect(try await good.status() == 0)

        let bad = try RunningClient(client, address(transport))
        try bad.ask([allowed, missing])
        let mixed = try await bad.answers(2)
        #expect(mixed.contains("allow \(allowedRule)"))
        #expect(mixed.count { $0.hasPrefix("no decision: ") } == 1)
        #expect(try await bad.status() == 1)
        server.terminate()
        #expect(try await server.status() == 0)
    }

    @Test(arguments: ExampleClient.Language.allCases, ExampleClient.Transport.allCases)
    func `a token is shown by TCP where one is asked for`(
        language: ExampleClient.Language,
        transport: ExampleClient.Transport
    ) async throws {
        let client = try await client(language, transport)
        let credentials = folder.path("credentials")
        let options = ["--file", credentials, "--name", "test", "--role", "check"]
        let token = try await Eventauth.run(["token", "create"] + options).text.trimmingCharacters(in: .newlines)
        let server = try await serve("--credentials", credentials)
        let address = transport == .lines ? "tcp:127.0.0.1:\(port)" : address(.http)
        let known = try RunningClient(client, address, token: token)
        try known.ask([denied])
        #expect(try await known.answers(1) == ["deny power.required_level"])
        #expect(try await known.status() == 0)
        for token in [nil, "nonsense"] {
            let stranger = try RunningClient(client, address, token: token)
            try stranger.ask([denied])
            #expect(try await stranger.answers(1).allSatisfy { $0.hasPrefix("no decision: ") })
            #expect(try await stranger.status() == 1)
        }
        server.terminate()
        #expect(try await server.status() == 0)
    }

    @Test(arguments: ExampleClient.Language.allCases, ExampleClient.Transport.allCases)
    func `no question is lost when connections or servers end, and without a server there is no decision`(
        language: ExampleClient.Language,
        transport: ExampleClient.Transport
    ) async throws {
        let client = try await client(language, transport)
        // The one in Rust reads only while it waits for answers, and so does not hang up while it is idle.
        let hangsUp = transport == .lines && language != .rust
        let first = try await serve("--connection-age", "1", "--drain-timeout", hangsUp ? "50" : "1")
        let running = try RunningClient(client, address(transport))
        var count = 0
        func ask(_ ids: [String]) async throws -> ArraySlice<String> {
            try running.ask(ids)
            count += ids.count
            return try await running.answers(count).suffix(ids.count)
        }
        for _ in 0..<12 {
            #expect(
                try await ask([allowed, denied]).sorted() == ["allow \(allowedRule)", "deny power.required_level"]
            )
            try await Task.sleep(for: .milliseconds(250))
        }
        let end = ContinuousClock.now
        first.terminate()
        #expect(try await first.status() == 0)
        #expect(ContinuousClock.now - end < .seconds(20))
        let second = try await serve()
        #expect(try await ask([denied]) == ["deny power.required_level"])
        second.kill()
        _ = try await second.status()
        // Whoever asks meanwhile waits for the next server.
        try running.ask([denied])
        count += 1
        let third = try await serve()
        #expect(try await running.answers(count).last == "deny power.required_level")
        third.kill()
        _ = try await third.status()
        #expect(try await ask([denied]).first?.hasPrefix("no decision: ") == true)
        #expect(try await running.status() == 1)
    }

    private var allowedRule: String { "create.allow" }
}
