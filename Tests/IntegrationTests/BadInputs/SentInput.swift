import EventTestSupport
import Testing

/// A bad input on its way, with a good one behind it that tells whether the connection goes on.
struct SentInput {
    private let client: SocketClient
    private let bytes: [UInt8]
    /// Whether the client stays on without a word, for the server to lose patience.
    private let isStalled: Bool

    private static let goodLine = Array("\n\(BadInput.good)\n".utf8)
    private static let goodPage = Array("GET /health/live HTTP/1.1\r\nHost: good\r\n\r\n".utf8)

    init(_ input: BadInput, to server: RunningEventauth, changing event: TestJSON) throws {
        switch input.sent {
        case .line(let line), .strangersLine(let line):
            (bytes, isStalled) = (line + Self.goodLine, false)
        case .call(let method, let params):
            (bytes, isStalled) = (SocketClient.request(method, params, id: 1).bytes + Self.goodLine, false)
        case .event(let key, let value):
            let params: TestJSON = ["room_version": "11", "event": event.setting(key, to: value)]
            (bytes, isStalled) = (SocketClient.request("auth.check", params, id: 1).bytes + Self.goodLine, false)
        case .http(let request), .strangersHTTP(let request):
            (bytes, isStalled) = (request + Self.goodPage, false)
        case .lineStart(let start), .httpStart(let start):
            (bytes, isStalled) = (start, true)
        }
        switch input.sent {
        case .strangersLine, .strangersHTTP: client = try SocketClient(port: try #require(server.tcpPort))
        case .line, .lineStart, .call, .event, .http, .httpStart: client = try server.connect()
        }
    }

    /// All that comes back until the server hangs up.
    func received() async -> [UInt8] {
        async let received = client.receiveAll()
        // A server that refuses early may hang up before everything is sent.
        try? await client.send(bytes: bytes)
        if !isStalled { client.finishSending() }
        return await received
    }
}

extension BadInput {
    var isHTTP: Bool {
        switch sent {
        case .http, .httpStart, .strangersHTTP: true
        case .line, .lineStart, .call, .event, .strangersLine: false
        }
    }
}
