import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Cuts a stream of bytes into messages, one a line.
///
/// Lines end with `\n`; the `\r` before it is white space to JSON. Blank lines are skipped, and the last line needs no end.
struct LineFramer {
    enum Frame: Equatable {
        case message([UInt8])
        /// A line has more bytes than a message may have. What follows cannot be cut.
        case tooLong
    }

    private static let newline = UInt8(ascii: "\n")

    private let messageLimit: Int
    private var received = ByteBuffer()
    /// How many of the received bytes are known to hold no newline.
    private var scannedCount = 0
    private var hasEnded = false

    init(messageLimit: Int) {
        self.messageLimit = messageLimit
    }

    /// Bytes that belong to no message that was taken.
    var heldByteCount: Int { received.readableBytes }

    mutating func append(_ bytes: ByteBuffer) {
        guard received.readableBytes > 0 else {
            received = bytes
            return
        }
        var bytes = bytes
        received.discardReadBytes()
        received.writeBuffer(&bytes)
    }

    /// Nothing more will be appended, so that what is there is the last line.
    mutating func end() {
        hasEnded = true
    }

    /// Drops what is there.
    mutating func discard() {
        received = ByteBuffer()
        scannedCount = 0
    }

    /// The next message, or `nil` where more bytes must come first.
    mutating func next() -> Frame? {
        while let lineLength = lengthOfNextLine() {
            guard lineLength <= messageLimit else { return .tooLong }
            guard let line = received.readBytes(length: lineLength) else { return nil }
            // The last line may end without a newline.
            received.moveReaderIndex(forwardBy: min(1, received.readableBytes))
            scannedCount = 0
            if !line.allSatisfy(Self.isSpace) { return .message(line) }
        }
        return received.readableBytes > messageLimit ? .tooLong : nil
    }

    private mutating func lengthOfNextLine() -> Int? {
        let newline = received.withUnsafeReadableBytes { $0.offsetOfFirst(Self.newline, from: scannedCount) }
        if let newline { return newline }
        scannedCount = received.readableBytes
        return hasEnded && scannedCount > 0 ? scannedCount : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
    }

    /// Writes `reply` as a line. A newline in JSON is white space, and becomes a blank so that it ends no line.
    static func write(_ reply: [UInt8], to buffer: inout ByteBuffer) {
        if reply.withUnsafeBytes({ $0.offsetOfFirst(newline, from: 0) }) == nil {
            buffer.writeBytes(reply)
        } else {
            buffer.writeBytes(reply.map { $0 == newline ? UInt8(ascii: " ") : $0 })
        }
        buffer.writeInteger(newline)
    }
}

extension UnsafeRawBufferPointer {
    /// Where the first `byte` stands, searched for from `start` on.
    fileprivate func offsetOfFirst(_ byte: UInt8, from start: Int) -> Int? {
        guard let baseAddress, start < count else { return nil }
        return memchr(baseAddress + start, Int32(byte), count - start).map { UnsafeRawPointer($0) - baseAddress }
    }
}
