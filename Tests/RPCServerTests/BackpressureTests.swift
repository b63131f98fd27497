import RPCServer
import Testing

@Suite struct BackpressureTests {
    private static let kilobyte = String(repeating: "x", count: 1000)
    private static let request = #"{"jsonrpc":"2.0","method":"echo","params":["\#(kilobyte)"],"id":1}"# + "\n"
    private static let gist = "1=\"\(kilobyte)\""

    @Test(arguments: [RunningServer.SocketKind.unix, .tcp])
    func `a client that reads no answers can send only so much`(kind: RunningServer.SocketKind) async throws {
        try await RunningServer.with(kind) { server in
            let client = try server.connect()
            let limit = 64_000
            let (count, rest) = try await client.sendUntilBlocked(Self.request, limit: limit)
            // What the kernel holds both ways, and what the server may hold: far from all that the client has.
            #expect(count < limit / 4)

            // Once it reads, it gets every answer, and the server reads on.
            async let sent: Void = client.send(rest + Array(Self.request.utf8))
            let gists = try await client.receiveGists(count + 2)
            try await sent
            #expect(gists == [String](repeating: Self.gist, count: count + 2))
        }
    }

    @Test func `one slow reader does not hold up another client`() async throws {
        try await RunningServer.with {
            $0.eventLoopCount = 1
        } _: { server in
            let slow = try server.connect()
            _ = try await slow.sendUntilBlocked(Self.request, limit: 64_000)
            let other = try server.connect()
            try await other.send(Self.request)
            #expect(try await other.receiveGist() == Self.gist)
            slow.hangUp()
        }
    }

    @Test(arguments: RunningServer.SocketKind.allCases)
    func `a message over the limit is answered and the connection closed`(
        kind: RunningServer.SocketKind
    ) async throws {
        try await RunningServer.with(kind) {
            $0.connections.messageByteCount = 10_000
        } _: { server in
            let client = try server.connect()
            try await client.send(Self.request)
            async let sent: Void = client.send([UInt8](repeating: UInt8(ascii: " "), count: 3_000_000))
            let gists = try await client.receiveGists()
            #expect(gists == [Self.gist, "null!-32006"])
            try await sent
        }
    }
}
