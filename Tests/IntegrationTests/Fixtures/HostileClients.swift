import CanonicalJSON
import EventTestSupport
import Foundation
import Synchronization
import Testing

/// Clients that mean no good, on connections that they keep open.
final class HostileClients: Sendable {
    private let server: RunningEventauth
    private let clients = Mutex<[SocketClient]>([])

    init(of server: RunningEventauth) throws {
        self.server = server
    }

    /// Connections on which nothing is ever sent.
    func stayIdle(_ count: Int) async throws {
        try await connect(count, sending: "")
    }

    /// Heads of HTTP requests that do not end, as slow-loris sends them.
    func sendHalfHeads(_ count: Int) async throws {
        try await connect(count, sending: "POST / HTTP/1.1\r\nHost: test\r\nX-Slow: ")
    }

    /// Lines that do not end.
    func sendHalfLines(_ count: Int) async throws {
        try await connect(count, sending: #"{"jsonrpc":"2.0","id":1,"method":"#)
    }

    /// Small requests for large answers, of which not one is read.
    func leaveAnswers(_ count: Int) async throws {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"# + "\n"
        try await connect(count, sending: String(repeating: request, count: 100))
    }

    /// Connections of which the client's half is closed in the middle of a message, and the other half never read.
    func hangUpHalfWay(_ count: Int) async throws {
        for _ in 0..<count {
            let client = try keep(try server.connect())
            try await client.send(bytes: Array(#"{"jsonrpc":"#.utf8))
            client.finishSending()
        }
    }

    /// Messages of 16 MiB, of 1,000 values in each other, and of 100,000 requests; each is told what is wrong with it.
    func sendMuch() async throws {
        let text = String(repeating: "x", count: 16 << 20)
        #expect(try await reason(forParams: "{\"event\":\"\(text)\"}") == "invalid_params")
        let zeros = "[" + String(repeating: "0,", count: 8 << 20) + "0]"
        #expect(try await reason(forParams: zeros) == "invalid_params")
        let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
        for _ in 0..<100 { #expect(try await reason(for: deep) == "parse_error") }
        let batch = "[" + String(repeating: BadInput.good + ",", count: 99_999) + BadInput.good + "]"
        #expect(try await reason(for: batch) == "too_large")
    }

    /// Takes the `count` connections that are left, and those that become free meanwhile, until whoever comes is told so.
    func fillUp(_ count: Int) async throws {
        try await connect(count, sending: "")
        while try await reason(for: BadInput.good) != "overloaded" { try await connect(5, sending: "") }
    }

    func hangUp() {
        clients.withLock { $0 = [] }
    }

    private func reason(forParams params: String) async throws -> String? {
        try await reason(for: "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"auth.check\",\"params\":" + params + "}")
    }

    private func reason(for message: String) async throws -> String? {
        let client = try server.connect()
        // Who is refused at once may not get rid of all that it has.
        async let isSent: Void? = try? client.send(bytes: Array((message + "\n").utf8))
        let reply = try await client.receive()
        _ = await isSent
        return reply.errorReason
    }

    private func connect(_ count: Int, sending text: String) async throws {
        for _ in 0..<count {
            let client = try keep(try server.connect())
            if !text.isEmpty { try await client.send(bytes: Array(text.utf8)) }
        }
    }

    private func keep(_ client: SocketClient) throws -> SocketClient {
        clients.withLock { $0.append(client) }
        return client
    }
}

/// Lets the tests' own process have as many files open as it may at all.
func raiseOpenFileLimit() throws {
    var limit = rlimit()
    try #require(getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0)
    limit.rlim_cur = limit.rlim_max
    try #require(setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0)
}
