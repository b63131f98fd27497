import CanonicalJSON
import JSONRPC
import RPCServer
import RPCTestSupport
import Testing

/// Messages and pages by HTTP/1.1, over real sockets.
@Suite struct HTTPTests {
    private static let getData = #"{"jsonrpc":"2.0","method":"get_data","id":1}"#

    @Test(arguments: RunningServer.SocketKind.allCases, ["/", "/rpc", "/rpc?x=1"])
    func `a message in a POST is answered in its reply`(kind: RunningServer.SocketKind, path: String) async throws {
        try await RunningServer.with(kind) { server in
            let reply = try await server.connect().post(
                Self.getData,
                to: path,
                "Content-Type: application/json; charset=utf-8"
            )
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(try gist(of: reply.body) == #"1=["hello",5]"#)
        }
    }

    @Test func `a connection goes on after each reply`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            for _ in 0..<3 { #expect(try await client.post(Self.getData).status == 200) }
            #expect(try await client.post(Self.getData, to: "/", "Connection: close").headers["connection"] == "close")
            #expect(try await client.receiveReply() == nil)
        }
    }

    @Test func `pipelined requests are answered in their order, late answers too`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            let bodies = (0..<50).map {
                #"{"jsonrpc":"2.0","method":"\#($0 % 2 == 0 ? "later" : "echo")","params":["x"],"id":\#($0)}"#
            }
            try await client.send(bodies.map { TestClient.request($0) }.joined())
            for number in 0..<50 {
                #expect(try gist(of: #require(try await client.receiveReply()).body) == #"\#(number)="x""#)
            }
        }
    }

    @Test func `a body may come in chunks, byte by byte`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            let chunks = Self.getData.map { "1\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
            for byte in "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".utf8 {
                try await client.send([byte])
            }
            try await client.send(chunks)
            #expect(try gist(of: #require(try await client.receiveReply()).body) == #"1=["hello",5]"#)
        }
    }

    @Test func `a client that has sent all still gets its whole answer, however large`() async throws {
        let large = Method("huge", summary: "For tests.", result: .string) { _ in
            .done(JSONFragment { $0.string(String(repeating: "x", count: 20_000_000)) })
        }
        try await RunningServer.with(methods: [large]) { server in
            let client = try server.connect()
            let request = TestClient.request(#"{"jsonrpc":"2.0","method":"huge","id":1}"#)
            try await client.send(request + request)
            client.finishSending()
            for _ in 0..<2 { #expect(try await client.receiveReply()?.body.utf8.count == 20_000_036) }
            #expect(try await client.receiveReply() == nil)
        }
    }

    @Test func `a pipeline of any length is answered, refusals too`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            let count = 20_000
            async let sent: Void = client.send(String(repeating: "GET / HTTP/1.1\r\n\r\n", count: count))
            for _ in 0..<count { #expect(try await client.receiveReply()?.status == 405) }
            try await sent
            #expect(try await client.post(Self.getData).status == 200)
        }
    }

    @Test func `an offer to speak something else is declined, and its connection closed`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            let reply = try await client.post(
                Self.getData,
                to: "/",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c"
            )
            #expect(reply.status == 200)
            #expect(reply.headers["connection"] == "close")
            #expect(try await client.receiveReply() == nil)
        }
    }

    @Test func `a client that waits for 100 Continue gets it`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: \(Self.getData.utf8.count)\r\n\r\n"
            )
            #expect(try await client.receiveReply()?.status == 100)
            try await client.send(Self.getData)
            #expect(try await client.receiveReply()?.status == 200)
            #expect(try await client.post(Self.getData, to: "/", "Expect: miracles").status == 417)
        }
    }

    /// What comes back for a body: the status, and the gist of the message.
    @Test(
        arguments: [
            (#"{"jsonrpc":"2.0","method":"update"}"#, 204, nil), ("[]", 200, "null!-32600"), ("1", 200, "null!-32600"),
            ("", 400, "null!-32700"), ("{", 400, "null!-32700"),
            (#"{"jsonrpc":"2.0","method":"nothing","id":1}"#, 200, "1!-32601"),
            (#"{"jsonrpc":"2.0","method":"fail","id":1}"#, 200, "1!-32005"),
            (
                #"[{"jsonrpc":"2.0","method":"get_data","id":1},{"jsonrpc":"2.0","method":"later","params":["x"],"id":2}]"#,
                200, #"[1=["hello",5] 2="x"]"#
            ),
        ] as [(String, Int, String?)]
    )
    func `an error in a reply to a well-formed message is a 200`(
        body: String,
        status: Int,
        expected: String?
    ) async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            let reply = try await client.post(body)
            #expect(reply.status == status)
            let outcome = reply.body.isEmpty ? nil : try gist(of: reply.body)
            #expect(outcome == expected)
            #expect(try await client.post(Self.getData).status == 200)
        }
    }

    @Test func `what HTTP itself refuses is told in JSON too, and the connection goes on`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            let refusals = [
                try await client.post(Self.getData, to: "/elsewhere"), try await client.get("/"),
                try await client.get("/metrics", method: "DELETE"),
                try await client.post(Self.getData, to: "/", "Content-Type: text/plain"),
            ]
            #expect(refusals.map(\.status) == [404, 405, 405, 415])
            for refusal in refusals { #expect(try gist(of: refusal.body) == "null!-32600") }
            #expect(refusals[1].headers["allow"] == "POST")
            #expect(try await client.post(Self.getData).status == 200)
        }
    }

    @Test(arguments: ["Content-Length: 101\r\n", "Transfer-Encoding: chunked\r\n"])
    func `a message that is too large is refused before it has come, and the connection closed`(
        header: String
    ) async throws {
        try await RunningServer.with {
            $0.connections.messageByteCount = 100
        } _: { server in
            let client = try server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: x\r\n\(header)\r\n")
            if header.hasPrefix("T") { try await client.send("65\r\n" + String(repeating: " ", count: 101)) }
            let reply = try #require(try await client.receiveReply())
            #expect(reply.status == 413)
            #expect(try gist(of: reply.body) == "null!-32006")
            #expect(try await client.receiveReply() == nil)
        }
    }

    @Test(arguments: [
        "GET\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nA\r\n\r\n",
    ])
    func `what is not HTTP is a 400, and the connection is closed`(bytes: String) async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            try await client.send(bytes)
            let reply = try #require(try await client.receiveReply())
            #expect(reply.status == 400)
            #expect(try gist(of: reply.body) == "null!-32700")
            #expect(try await client.receiveReply() == nil)
        }
    }

    @Test func `a HEAD request that goes wrong is answered without a body, too`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            try await client.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n")
            #expect(try await client.receiveReply(toHEAD: true)?.status == 400)
            #expect(try await client.receiveLine() == nil)
        }
    }

    @Test(arguments: ["POST / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{", "{", "[1,"])
    func `a request that does not arrive in time is given up`(start: String) async throws {
        try await RunningServer.with {
            $0.connections.messageTimeout = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(start)
            if start.contains("\r\n") {
                #expect(try await client.receiveReply()?.status == 408)
            } else if !start.hasPrefix("P") {
                #expect(try await client.receiveGist() == "null!-32004")
            }
            #expect(try await client.receiveLine() == nil)
        }
    }

    @Test func `an idle connection is closed after a while`() async throws {
        try await RunningServer.with {
            $0.connections.idleTimeout = .seconds(5)
        } _: { server in
            let (silent, idle, lines) = (try server.connect(), try server.connect(), try server.connect())
            try await lines.send(Self.getData + "\n")
            #expect(try await idle.post(Self.getData).status == 200)
            #expect(try await idle.receiveReply() == nil)
            #expect(try await silent.receiveReply() == nil)
            // Homeservers keep their sockets.
            try await lines.send(Self.getData + "\n")
            #expect(try await lines.receiveGists(2).count == 2)
        }
    }

    @Test func `one connection too many is told so, in its own framing`() async throws {
        try await RunningServer.with {
            $0.connectionCount = 1
        } _: { server in
            let first = try server.connect()
            #expect(try await first.post(Self.getData).status == 200)
            let second = try server.connect()
            try await second.send(Self.getData + "\n")
            #expect(try await second.receiveGists() == ["null!-32005"])
            let third = try server.connect()
            let reply = try await third.post(Self.getData)
            #expect(reply.status == 503)
            #expect(reply.headers["retry-after"] == "1")
            #expect(try await first.post(Self.getData).status == 200)
        }
    }

    @Test func `the pages tell of health, metrics and methods`() async throws {
        let health = Health(startingWith: .starting)
        try await RunningServer.with(health: health) { server in
            let client = try server.connect()
            #expect(try await client.get("/health/live").body == #"{"status":"live"}"#)
            let ready = try await client.get("/health/ready")
            #expect(ready.status == 503)
            #expect(ready.body == #"{"status":"not_ready","reason":"starting"}"#)
            #expect(try await client.get("/metrics").body == "metric 1\n")
            #expect(try await client.get("/openrpc.json").body.contains(#""openrpc":"1.3.2""#))
            let head = try await client.get("/openrpc.json", method: "HEAD")
            #expect(head.status == 200 && head.headers["content-length"] != "0")
            #expect(try await client.post(Self.getData).status == 200)
        }
    }
}
