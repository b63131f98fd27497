import NIOCore
import NIOEmbedded
import NIOHTTP1

/// The requests that SwiftNIO's parser finds in what a client sends.
struct HTTPRequests {
    private(set) var heads: [HTTPRequestHead] = []
    /// How many have come to their end.
    private(set) var wholeCount = 0
    /// Whether the parser gave up.
    private(set) var areMalformed = false

    init(in bytes: [UInt8]) throws {
        let channel = EmbeddedChannel(
            handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        )
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            try channel.throwIfErrorCaught()
        } catch {
            areMalformed = true
        }
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head): heads.append(head)
            case .body: break
            case .end: wholeCount += 1
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}

/// The responses that stand in what a server sends, one behind the other.
struct HTTPResponses {
    struct Head {
        let status: Int
        /// Whether the server says that it closes the connection.
        let isLast: Bool
    }

    private var rest: ArraySlice<UInt8>
    var isClosed = false

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// The next response, to `request`; `nil` at the end. Throws where there is something that is no response.
    mutating func next(answering request: HTTPRequestHead?) throws -> Head? {
        guard !rest.isEmpty else { return nil }
        var lines: [String] = []
        while let line = takeLine() {
            if line.isEmpty { break }
            lines.append(line.lowercased())
        }
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1, ["http/1.1", "http/1.0"].contains(words[0]), let status = Int(words[1]) else {
            throw BrokenProperty(description: "what stands there is a response: \(lines)")
        }
        if request?.method != .HEAD || status == 100 {
            let length = lines.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(16)) } ?? 0
            try hold("a body is as long as its head says", length <= rest.count)
            rest = rest.dropFirst(length)
        }
        return Head(status: status, isLast: lines.contains("connection: close"))
    }

    private mutating func takeLine() -> String? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        let line = rest[..<end]
        rest = rest[(end + 1)...]
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}
