import JSONRPC
import NIOCore
import NIOEmbedded
import RPCServer
import RPCTestSupport
import Testing

/// How long a line may take to arrive, by a clock that the test sets.
@Suite struct MessageTimeTests {
    private static let message = #"{"jsonrpc":"2.0","method":"get_data","id":1}"# + "\n"
    private static let answer = #"{"jsonrpc":"2.0","id":1,"result":["hello",5]}"# + "\n"
    private static let half = message.utf8.count / 2

    private let channel = EmbeddedChannel()

    /// A connection on which a line may take thirty seconds.
    init() throws {
        var configuration = ServerConfiguration(addresses: [])
        configuration.connections.messageTimeout = .seconds(30)
        let dispatcher = TestService.dispatcher()
        let pages = Pages(health: Health(), metrics: { [] }, openRPC: [])
        try RPCServer.serve(channel, configuration, pages: pages) { dispatcher.respond(to: $0, in: $1) }
        channel.connect(to: try SocketAddress(unixDomainSocketPath: "/test"), promise: nil)
    }

    @Test func `each has its own time, however long they follow each other`() throws {
        try send(Self.message.prefix(Self.half))
        // There is a part of one at any time, and never the same for long.
        for _ in 0..<20 {
            pass(.seconds(20))
            try send(Self.message.dropFirst(Self.half) + Self.message.prefix(Self.half))
            #expect(try receive() == Self.answer)
        }
        #expect(channel.isActive)
    }

    @Test func `one that does not arrive in time is refused, and the connection ends`() throws {
        try send(Self.message + Self.message.prefix(Self.half))
        #expect(try receive() == Self.answer)
        pass(.seconds(29))
        #expect(try receive().isEmpty && channel.isActive)
        // Some more of it earns it no more time.
        try send(Self.message.dropFirst(Self.half).prefix(1))
        pass(.seconds(2))
        #expect(try receive().contains(#""reason":"deadline_exceeded""#))
        pass(.seconds(60))
        #expect(!channel.isActive)
    }

    @Test func `it stands still while the client does not take its answers`() throws {
        setWritable(false)
        try send(Self.message + Self.message.prefix(Self.half))
        pass(.seconds(3_600))
        #expect(try receive().isEmpty && channel.isActive)
        setWritable(true)
        pass(.seconds(20))
        try send(Self.message.dropFirst(Self.half))
        #expect(try receive() == Self.answer + Self.answer)
    }

    @Test func `it begins once the client takes its answers again`() throws {
        setWritable(false)
        try send(Self.message + Self.message.prefix(Self.half))
        setWritable(true)
        #expect(try receive() == Self.answer)
        pass(.seconds(31))
        #expect(try receive().contains(#""reason":"deadline_exceeded""#))
    }

    private func send(_ text: some StringProtocol) throws {
        try channel.writeInbound(ByteBuffer(string: String(text)))
    }

    /// Everything that was answered so far.
    private func receive() throws -> String {
        channel.embeddedEventLoop.run()
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    private func pass(_ time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }

    private func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }
}
