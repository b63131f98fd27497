import CanonicalJSON
import EventTestSupport
import Testing

/// What a client gets for what it should not send. The tables are in the files beside this one.
@Suite(.timeLimit(.minutes(5)))
struct BadInputTests {
    /// What can be sent again and again. Who shows bad tokens must wait after ten, and who stops half-way is waited for.
    private static let harmless =
        BadInput.texts + BadInput.envelopes + BadInput.params + BadInput.unknowns + BadInput.events + BadInput.http

    private let server: RunningEventauth
    private let event: TestJSON

    init() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path("credentials")
        _ = try await Eventauth.run("token", "create", "--file", file, "--name", "somebody", "--role", "check")
        server = try await RunningEventauth(
            ["--listen", "tcp:127.0.0.1:0", "--credentials", file]
                + ["--message-bytes", "200000", "--batch-size", "10", "--message-timeout", "3"],
            environment: [:]
        )
        let member = try #require(SampleRoom().events.dropFirst().first)
        let object = try #require(JSONDocument(parsing: member.pdu).root.object)
        event = .object(object.map { (key: $0.string, value: TestJSON($1)) })
    }

    @Test
    func `every bad input gets the answer of its table, and a good one behind it its own`() async throws {
        let all = Self.harmless + BadInput.excesses + BadInput.credentials
        #expect(all.count >= 60)
        for input in all { try await send(input) }
    }

    @Test
    func `bad inputs leave nothing in memory, and the server as it was`() async throws {
        for input in Self.harmless { try await send(input) }
        let before = try #require(server.residentByteCount)
        for _ in 0..<10 {
            for input in Self.harmless { try await send(input) }
        }
        let after = try #require(server.residentByteCount)
        #expect(after - before < 64 << 20)
        server.terminate()
        #expect(try await server.status() == 0)
    }

    /// Sends a bad input and a good one behind it on a connection of their own.
    private func send(_ input: BadInput) async throws {
        let received = try await SentInput(input, to: server, changing: event).received()
        let comment = Comment(rawValue: "\(input.name): \(String(decoding: received.prefix(1_000), as: UTF8.self))")
        let replies = try input.isHTTP ? ReceivedReplies(http: received) : ReceivedReplies(lines: received)
        #expect(replies.hasGood != input.endsConnection, comment)
        #expect(replies.status == input.status, comment)
        switch input.answer {
        case .nothing: #expect(replies.answer == nil, comment)
        case .error(let code, let reason, let path, let says):
            let error = try #require(replies.answer?["error"]?.object, comment)
            #expect(error["code"]?.number?.int64 == code, comment)
            #expect(error["message"]?.text?.string.contains(says) == true, comment)
            let data = error["data"]?.object
            #expect(data?["reason"]?.text?.string == reason && data?["retryable"]?.bool != nil, comment)
            #expect(data?["path"]?.text?.string == path, comment)
        case .denial(let rule, let says):
            let result = try #require(replies.answer?["result"]?.object, comment)
            #expect(result["verdict"]?.text == UTF8Text("deny"), comment)
            #expect(result["rule"]?.text?.string == rule, comment)
            #expect(result["reason"]?.text?.string.contains(says) == true, comment)
        }
    }
}
