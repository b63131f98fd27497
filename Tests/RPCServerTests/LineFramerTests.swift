import NIOCore
import Testing

@testable import RPCServer

@Suite struct LineFramerTests {
    /// What comes out of `pieces`, each read on its own.
    private func frames(of pieces: [[UInt8]], limit: Int = 1000, ending: Bool = false) -> [LineFramer.Frame] {
        var framer = LineFramer(messageLimit: limit)
        var frames: [LineFramer.Frame] = []
        for piece in pieces {
            framer.append(ByteBuffer(bytes: piece))
            take(&frames, from: &framer)
        }
        if ending { framer.end() }
        take(&frames, from: &framer)
        return frames
    }

    private func take(_ frames: inout [LineFramer.Frame], from framer: inout LineFramer) {
        // After a line that is too long nothing can be cut.
        while frames.last != .tooLong, let frame = framer.next() { frames.append(frame) }
    }

    private func message(_ text: String) -> LineFramer.Frame { .message(Array(text.utf8)) }

    @Test(arguments: 1...12)
    func `messages are the same however the bytes are split`(pieceLength: Int) {
        let bytes = Array("{\"a\":1}\n\n[2]\r\n \t\r\n{\"é\":\"\u{1F600}\"}\n3\n".utf8)
        let pieces = stride(from: 0, to: bytes.count, by: pieceLength).map {
            Array(bytes[$0..<min($0 + pieceLength, bytes.count)])
        }
        let expected = [message("{\"a\":1}"), message("[2]\r"), message("{\"é\":\"\u{1F600}\"}"), message("3")]
        #expect(frames(of: pieces) == expected)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `messages are the same for any random split`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let messages = (0..<40).map { _ in
            [UInt8](repeating: UInt8(ascii: "x"), count: Int.random(in: 1...60, using: &random))
        }
        var rest = ArraySlice(messages.flatMap { $0 + [UInt8(ascii: "\n")] })
        var pieces: [[UInt8]] = []
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...50, using: &random))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        #expect(frames(of: pieces) == messages.map { .message($0) })
    }

    @Test func `a line without an end is a message only once the input ends`() {
        #expect(frames(of: [Array("{}".utf8)]) == [])
        #expect(frames(of: [Array("{}".utf8)], ending: true) == [message("{}")])
        #expect(frames(of: [Array("{}\n \r".utf8)], ending: true) == [message("{}")])
    }

    @Test func `a message may have as many bytes as the limit and no more`() {
        #expect(frames(of: [Array("12345\n".utf8)], limit: 5) == [message("12345")])
        #expect(frames(of: [Array("12345\n123456\n1\n".utf8)], limit: 5) == [message("12345"), .tooLong])
    }

    @Test func `a line that grows past the limit is given up before it ends`() {
        #expect(frames(of: [Array("123".utf8), Array("456".utf8)], limit: 5) == [.tooLong])
    }

    @Test func `discarded bytes never come out`() {
        var framer = LineFramer(messageLimit: 10)
        framer.append(ByteBuffer(string: "1\n2"))
        #expect(framer.next() == message("1"))
        framer.discard()
        framer.append(ByteBuffer(string: "3\n"))
        #expect(framer.next() == message("3"))
        #expect(framer.next() == nil)
    }

    @Test func `a reply is one line even where its JSON has newlines between its tokens`() {
        var buffer = ByteBuffer(string: "before\n")
        LineFramer.write(Array("{\"a\":\n1}".utf8), to: &buffer)
        #expect(String(buffer: buffer) == "before\n{\"a\": 1}\n")
    }
}

/// Numbers that are the same in every run: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
