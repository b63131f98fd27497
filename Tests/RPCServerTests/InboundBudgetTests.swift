import JSONRPC
import NIOCore
import NIOEmbedded
import RPCTestSupport
import Testing

@testable import RPCServer

/// How much all connections together may hold of messages that have arrived in part.
@Suite struct InboundBudgetTests {
    private let limitsMet = LimitCounters()
    private let channel = EmbeddedChannel()

    /// A connection of a server that may hold 100,000 bytes.
    init() throws {
        var configuration = ServerConfiguration(addresses: [])
        configuration.inboundByteCount = 100_000
        let dispatcher = TestService.dispatcher()
        let pages = Pages(health: Health(), metrics: { [] }, openRPC: [])
        try RPCServer.serve(channel, configuration, pages: pages, limitsMet: limitsMet) {
            dispatcher.respond(to: $0, in: $1)
        }
        channel.connect(to: try SocketAddress(unixDomainSocketPath: "/test"), promise: nil)
    }

    @Test func `a line that takes too much of it is refused, and the connection ends`() throws {
        try send("[" + String(repeating: " ", count: 90_000))
        #expect(try receive().isEmpty && limitsMet[.inboundBytes] == 0)
        try send(String(repeating: " ", count: 30_000))
        #expect(try receive().contains(#""reason":"overloaded""#))
        #expect(limitsMet[.inboundBytes] == 1)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }

    @Test func `a body that takes too much of it is refused`() throws {
        try send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
        try send(String(repeating: " ", count: 120_000))
        let answer = try receive()
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains(#""reason":"overloaded""#))
        #expect(limitsMet[.inboundBytes] == 1)
    }

    @Test func `it is shared, and what is given back may be had by others`() {
        let budget = InboundBudget(limit: 100_000)
        var first = HeldBytes(in: budget)
        var second = HeldBytes(in: budget)
        var isWithinLimit = first.set(90_000)
        #expect(isWithinLimit)
        isWithinLimit = second.set(90_000)
        #expect(!isWithinLimit)
        // Less than 64 KiB may be had at any time.
        isWithinLimit = second.set(60_000)
        #expect(isWithinLimit)
        isWithinLimit = first.set(0)
        #expect(isWithinLimit)
        isWithinLimit = second.set(90_000)
        #expect(isWithinLimit)
    }

    @Test func `a connection that ends gives back what it had`() {
        let budget = InboundBudget(limit: 100_000)
        func hold(_ count: Int) -> Bool {
            var held = HeldBytes(in: budget)
            return held.set(count)
        }
        #expect(hold(90_000))
        #expect(hold(90_000))
        #expect(!hold(100_001))
        #expect(hold(100_000))
    }

    private func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    private func receive() throws -> String {
        channel.embeddedEventLoop.run()
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }
}
