#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What a line that came back says, as far as a measurement cares.
struct ReplyGist {
    private static let start = Array("{\"jsonrpc\":\"2.0\",\"id\":".utf8)
    private static let result = Array(",\"result\":".utf8)

    /// The id of the request, or of a batch's first that was answered; `nil` in the answer of an echo, which has none and
    /// keeps the order.
    private(set) var id: Int?
    /// The answers in the line.
    private(set) var count = 1
    private(set) var resultCount = 0

    init(line: ArraySlice<UInt8>) {
        let isBatch = line.first == UInt8(ascii: "[")
        var rest = isBatch ? line.dropFirst() : line
        guard rest.starts(with: Self.start) else { return }
        count = 0
        repeat {
            rest = rest.dropFirst(Self.start.count)
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            if id == nil, !digits.isEmpty { id = digits.reduce(0) { $0 &* 10 &+ Int($1 &- UInt8(ascii: "0")) } }
            rest = rest[digits.endIndex...]
            count += 1
            if rest.starts(with: Self.result) { resultCount += 1 }
            rest = isBatch ? Self.nextReply(in: rest) : []
        } while !rest.isEmpty
    }

    /// What begins at the next answer of a batch; empty where there is none.
    private static func nextReply(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while let brace = rest.firstIndex(ofByte: UInt8(ascii: "{")) {
            rest = rest[brace...]
            if rest.starts(with: start) { return rest }
            rest = rest.dropFirst()
        }
        return []
    }
}

extension ArraySlice<UInt8> {
    /// As `firstIndex(of:)`, many bytes at a time.
    func firstIndex(ofByte byte: UInt8) -> Int? {
        withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let place = memchr(start, Int32(byte), bytes.count) else { return nil }
            return startIndex + (UnsafeRawPointer(place) - start)
        }
    }
}
