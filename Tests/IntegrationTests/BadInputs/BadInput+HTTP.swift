extension BadInput {
    /// HTTP that is none, or not such as is spoken here.
    static let http: [BadInput] = [
        .http(
            "a path that there is not",
            request("POST /auth"),
            404,
            gets: .invalidRequest("messages go to / or /rpc")
        ),
        .http("a slash too many", request("POST /rpc/"), 404, gets: .invalidRequest("messages go to / or /rpc")),
        .http("a message by PUT", request("PUT /"), 405, gets: .invalidRequest("the path takes POST")),
        .http("a message by OPTIONS", request("OPTIONS /rpc"), 405, gets: .invalidRequest("the path takes POST")),
        .http("a POST to a page", request("POST /health/live"), 405, gets: .invalidRequest("the path takes GET, HEAD")),
        .http("a tunnel", request("CONNECT /"), 405, gets: .invalidRequest("the path takes POST"), thenEnds: true),
        .http(
            "a method that HTTP does not know",
            request("BREW /"),
            400,
            gets: .parseError("the request is not HTTP/1.1: invalid HTTP method"),
            thenEnds: true
        ),
        .http(
            "HTTP/2",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            400,
            gets: .parseError("the request is not HTTP/1.1"),
            thenEnds: true
        ),
        .http("a capital letter", "X", 400, gets: .parseError("the request is not HTTP/1.1"), thenEnds: true),
        .http(
            "a header with a blank in its name",
            request("POST /", ["Bad Header: x"]),
            400,
            gets: .parseError("invalid character in header"),
            thenEnds: true
        ),
        .http(
            "a header with a NUL",
            request("POST /", ["X: a\u{0}b"]),
            400,
            gets: .parseError("invalid character in header"),
            thenEnds: true
        ),
        .http(
            "a header of 100,000 bytes",
            request("POST /", ["X: " + String(repeating: "x", count: 100_000)]),
            400,
            gets: .parseError("too many header bytes seen"),
            thenEnds: true
        ),
        .http(
            "two lengths",
            request("POST /", ["Content-Length: 5", "Content-Length: 6"]),
            400,
            gets: .parseError("unexpected content-length header"),
            thenEnds: true
        ),
        .http(
            "a length and chunks, as smugglers send them",
            request("POST /", ["Transfer-Encoding: chunked", "Content-Length: 5"], body: "0\r\n\r\n"),
            400,
            gets: .parseError("the request is not HTTP/1.1"),
            thenEnds: true
        ),
        .http(
            "a length below zero",
            request("POST /", ["Content-Length: -1"]),
            400,
            gets: .parseError("invalid character in content-length header"),
            thenEnds: true
        ),
        .http(
            "a chunk whose size is no number",
            request("POST /", ["Transfer-Encoding: chunked"], body: "zz\r\n"),
            400,
            gets: .parseError("invalid character in chunk size header"),
            thenEnds: true
        ),
        .http("no body", request("POST /", body: ""), 400, gets: .parseError("the text ends too early at byte 0")),
        .http("a body that is no JSON", request("POST /", body: "hello"), 400, gets: .parseError("found 'h' where")),
        .http(
            "a form",
            request("POST /", ["Content-Type: application/x-www-form-urlencoded"], body: "a=b"),
            415,
            gets: .invalidRequest("the content type must be application/json")
        ),
        .http(
            "a body that is compressed",
            request("POST /", ["Content-Encoding: gzip"]),
            415,
            gets: .invalidRequest("with no content encoding")
        ),
        .http(
            "an expectation that nobody meets",
            request("POST /", ["Expect: miracles"]),
            417,
            gets: .invalidRequest("the only expectation that can be met is 100-continue"),
            thenEnds: true
        ),
        .http(
            "a web page's request",
            request("POST /", ["Origin: https://evil.example"]),
            403,
            gets: .invalidRequest("web pages are not answered: there is an Origin header")
        ),
        .http(
            "an empty batch",
            request("POST /", body: "[]"),
            200,
            gets: .invalidRequest("a batch holds at least one")
        ),
        .http(
            "a notification of what there is not",
            request("POST /", body: #"{"jsonrpc":"2.0","method":"no.such"}"#),
            204,
            gets: .nothing
        ),
    ]

    /// Who may do nothing, on a listener that asks for credentials.
    static let credentials: [BadInput] = [
        strangersLine(
            "a line before a token",
            #"{"jsonrpc":"2.0","id":1,"method":"auth.rules"}"#,
            gets: .unauthenticated
        ),
        strangersLine(
            "a token that is unknown",
            #"{"jsonrpc":"2.0","id":1,"method":"session.authenticate","params":{"token":"eventauth_x"}}"#,
            gets: .unauthenticated
        ),
        strangersLine(
            "a token that is a number",
            #"{"jsonrpc":"2.0","id":1,"method":"session.authenticate","params":{"token":5}}"#,
            gets: .wrong(at: "/token", expected: "a string")
        ),
        strangersLine(
            "a long line before a token",
            String(repeating: " ", count: 70_000) + "{}",
            gets: .unauthenticated,
            thenEnds: true
        ),
        strangersHTTP("no header", [], gets: .unauthenticated),
        strangersHTTP("a password", ["Authorization: Basic YTpi"], gets: .unauthenticated),
        strangersHTTP(
            "a token that is unknown, by HTTP",
            ["Authorization: Bearer eventauth_x"],
            gets: .unauthenticated
        ),
        strangersHTTP("a header without a token", ["Authorization: Bearer"], gets: .unauthenticated),
    ]

    private static func strangersLine(
        _ name: String,
        _ text: String,
        gets answer: Answer,
        thenEnds: Bool = false
    ) -> BadInput {
        BadInput(name: name, sent: .strangersLine(Array(text.utf8)), answer: answer, endsConnection: thenEnds)
    }

    private static func strangersHTTP(_ name: String, _ headers: [String], gets answer: Answer) -> BadInput {
        let sent = Sent.strangersHTTP(Array(request("POST /", headers).utf8))
        return BadInput(name: name, sent: sent, status: 401, answer: answer)
    }
}
