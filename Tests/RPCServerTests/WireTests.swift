import Testing

/// The JSON-RPC specification's examples and the edge cases that servers differ in, over real sockets.
@Suite struct WireTests {
    /// A message and the gist of what must come back; `nil` where nothing may.
    private static let exchanges: [(message: String, gist: String?)] = [
        // Section 7 of the specification.
        (#"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#, "1=19"),
        (#"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#, "2=-19"),
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#, "3=19"
        ),
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#, "4=19"
        ),
        (#"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#, nil),
        (#"{"jsonrpc": "2.0", "method": "foobar"}"#, nil),
        (#"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#, #""1"!-32601"#),
        (#"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#, "null!-32700"),
        (#"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#, "null!-32600"),
        (
            #"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method""#,
            "null!-32700"
        ),
        ("[]", "null!-32600"),
        ("[1]", "[null!-32600]"),
        ("[1,2,3]", "[null!-32600 null!-32600 null!-32600]"),
        (
            #"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},"#
                + #"{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},"#
                + #"{"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},{"foo": "boo"},"#
                + #"{"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},"#
                + #"{"jsonrpc": "2.0", "method": "get_data", "id": "9"}]"#,
            #"["1"=7 "2"=19 null!-32600 "5"!-32601 "9"=["hello",5]]"#
        ),
        (
            #"[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},"#
                + #"{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]"#,
            nil
        ),
        // What the reference servers decide.
        ("[null]", "[null!-32600]"), ("1", "null!-32600"), ("null", "null!-32600"),
        (#"{"id":1}"#, "1!-32600"),
        (#"{"jsonrpc":"2.1","method":"get_data","id":1}"#, "1!-32600"),
        (#"{"jsonrpc":2.0,"method":"get_data","id":1}"#, "1!-32600"),
        (#"{"method":"get_data","id":1}"#, "1!-32600"),
        (#"{"jsonrpc":"2.0","method":"get_data","id":[]}"#, "null!-32600"),
        (#"{"jsonrpc":"2.0","method":"get_data","id":{}}"#, "null!-32600"),
        (#"{"jsonrpc":"2.0","method":"get_data","id":null}"#, #"null=["hello",5]"#),
        (#"{"jsonrpc":"2.0","method":"get_data","id":1.50}"#, #"1.50=["hello",5]"#),
        (
            #"{"jsonrpc":"2.0","method":"get_data","id":123456789012345678901234567890}"#,
            #"123456789012345678901234567890=["hello",5]"#
        ),
        (#"{"jsonrpc":"2.0","method":"get_data","id":"\u0041"}"#, #""\u0041"=["hello",5]"#),
        (#"{"jsonrpc":"2.0","method":"get_data","params":null,"id":1}"#, #"1=["hello",5]"#),
        (#"{"jsonrpc":"2.0","method":"later","params":["x"],"id":1}"#, #"1="x""#),
        (#"{"jsonrpc":"2.0","method":"fail_later","id":1}"#, "1!-32004"),
        (#"{"jsonrpc":"2.0","method":"fail_later"}"#, nil),
        ("} not JSON at all", "null!-32700"),
    ]

    @Test(arguments: RunningServer.SocketKind.allCases)
    func `every exchange comes out as specified`(kind: RunningServer.SocketKind) async throws {
        try await RunningServer.with(kind) { server in
            let client = try server.connect()
            for (message, expected) in Self.exchanges {
                try await client.send(message + "\n")
                if let expected {
                    #expect(try await client.receiveGist() == expected, "\(message)")
                }
            }
            // Whatever must not be answered was not: the next line answers the next request.
            try await client.send(#"{"jsonrpc":"2.0","method":"get_data","id":"last"}"# + "\n")
            #expect(try await client.receiveGist() == #""last"=["hello",5]"#)
            client.finishSending()
            #expect(try await client.receiveLine() == nil)
        }
    }

    @Test(arguments: RunningServer.SocketKind.allCases)
    func `a client that has sent all still gets every answer`(kind: RunningServer.SocketKind) async throws {
        try await RunningServer.with(kind) { server in
            let client = try server.connect()
            try await client.send(
                #"{"jsonrpc":"2.0","method":"later","params":["x"],"id":1}"# + "\r\n\r\n"
                    + #"{"jsonrpc":"2.0","method":"get_data","id":2}"#
            )
            client.finishSending()
            let gists = try await client.receiveGists()
            #expect(gists.sorted() == [#"1="x""#, #"2=["hello",5]"#])
        }
    }

    @Test(arguments: ["\n", " \r\n", "x\n", "\u{FEFF}\n", "]\n"])
    func `any other first byte starts lines of JSON`(start: String) async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            try await client.send(start + #"{"jsonrpc":"2.0","method":"get_data","id":1}"# + "\n")
            client.finishSending()
            let gists = try await client.receiveGists()
            #expect(gists.last == #"1=["hello",5]"#)
            #expect(gists.dropLast().allSatisfy { $0 == "null!-32700" })
        }
    }

    @Test func `a client that sends nothing and hangs up is let go`() async throws {
        try await RunningServer.with { server in
            let client = try server.connect()
            client.finishSending()
            #expect(try await client.receiveLine() == nil)
        }
    }
}
