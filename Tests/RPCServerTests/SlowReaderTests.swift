import JSONRPC
import RPCServer
import RPCTestSupport
import Testing

/// Clients that do not take their answers.
@Suite(.timeLimit(.minutes(2))) struct SlowReaderTests {
    private static let kilobyte = String(repeating: "x", count: 1_000)
    private static let request = #"{"jsonrpc":"2.0","method":"echo","params":["\#(kilobyte)"],"id":1}"# + "\n"

    @Test(arguments: RunningServer.SocketKind.allCases, [false, true])
    func `a client that takes none of its answers is cut off in the end`(
        kind: RunningServer.SocketKind,
        byHTTP: Bool
    ) async throws {
        let limitsMet = LimitCounters()
        try await RunningServer.with(kind, limitsMet: limitsMet) {
            $0.connections.writeTimeout = .milliseconds(500)
        } _: { server in
            let client = try server.connect()
            let message = byHTTP ? TestClient.request(Self.request) : Self.request
            // On a busy machine a client is blocked long before the server is. Sending fails once it has hung up.
            while limitsMet[.writeTimeout] == 0, (try? await client.sendUntilBlocked(message, limit: 64_000)) != nil {}
            await limitsMet.wait(for: 1, of: .writeTimeout)
        }
    }

    @Test func `a client that takes its answers slowly gets them all`() async throws {
        let limitsMet = LimitCounters()
        try await RunningServer.with(.unix, limitsMet: limitsMet) {
            $0.connections.writeTimeout = .seconds(15)
            // A line of which the server has read a part waits for the client to take its answers, not the other way round.
            $0.connections.messageTimeout = .seconds(1)
        } _: { server in
            let client = try server.connect()
            let (count, rest) = try await client.sendUntilBlocked(Self.request, limit: 64_000)
            async let sent: Void = client.send(rest)
            // All in all longer than the timeout: a tenth every two seconds.
            var received = 0
            for _ in 0..<9 {
                received += try await client.receiveGists(count / 10).count
                try await Task.sleep(for: .seconds(2))
            }
            received += try await client.receiveGists(count + 1 - received).count
            try await sent
            #expect(received == count + 1)
            #expect(limitsMet[.writeTimeout] == 0)
        }
    }

    @Test func `where clients leave too many answers, those go that took none for longest`() async throws {
        let limitsMet = LimitCounters()
        try await RunningServer.with(.unix, limitsMet: limitsMet) {
            $0.outboundByteCount = 1 << 20
        } _: { server in
            var idle: [TestClient] = []
            while limitsMet[.outboundBytes] == 0, idle.count < 100 {
                let client = try server.connect()
                idle.append(client)
                _ = try await client.sendUntilBlocked(Self.request, limit: 64_000)
            }
            #expect(limitsMet[.outboundBytes] >= 1)
            #expect(idle.count < 100)
            // The first was cut off: its answers end.
            let (first, last) = (try #require(idle.first), try #require(idle.last))
            try await receiveToTheEnd(first)
            // One that takes its answers, all larger than what others leave, gets every one.
            let good = try server.connect()
            for _ in 0..<20 {
                let text = String(repeating: "y", count: 900_000)
                try await good.send(#"{"jsonrpc":"2.0","method":"echo","params":["\#(text)"],"id":2}"# + "\n")
                #expect(try await good.receiveGist() == #"2="\#(text)""#)
            }
            last.hangUp()
        }
    }

    /// Throws, or returns, once the server has hung up.
    private func receiveToTheEnd(_ client: TestClient) async throws {
        while let line = try? await client.receiveLine() { #expect(!line.isEmpty) }
    }
}

extension LimitCounters {
    /// Returns once the limit was met so often.
    func wait(for count: Int, of limit: LimitMet) async {
        while self[limit] < count {
            if Task.isCancelled { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}
