extension Span<UInt8> {
    /// Whether both hold the same bytes.
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let left = unsafe bytes
        let right = unsafe other.bytes
        var offset = 0
        while offset &+ 8 <= count {
            guard left.word(at: offset) == right.word(at: offset) else { return false }
            offset &+= 8
        }
        // The last word may begin among bytes that were compared already.
        if count >= 8 { return left.word(at: count &- 8) == right.word(at: count &- 8) }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset &+= 1
        }
        return true
    }

    package static func == (left: Span<UInt8>, right: StaticString) -> Bool {
        left.count == right.utf8CodeUnitCount && left.isEqual(to: right)
    }

    /// Whether these are the bytes of `literal`.
    func isEqual(to literal: StaticString) -> Bool {
        let expected = unsafe Span(_unsafeStart: literal.utf8Start, count: literal.utf8CodeUnitCount)
        return isEqual(to: expected)
    }

    /// Byte order, which for UTF-8 is the order of code points.
    func order(to other: Span<UInt8>) -> ByteOrder {
        let shared = Swift.min(count, other.count)
        let left = unsafe bytes
        let right = unsafe other.bytes
        var offset = 0
        while offset &+ 8 <= shared {
            let (leftWord, rightWord) = (left.word(at: offset).byteSwapped, right.word(at: offset).byteSwapped)
            if leftWord != rightWord { return leftWord < rightWord ? .ascending : .descending }
            offset &+= 8
        }
        while offset < shared {
            if self[offset] != other[offset] { return self[offset] < other[offset] ? .ascending : .descending }
            offset &+= 1
        }
        if count == other.count { return .equal }
        return count < other.count ? .ascending : .descending
    }
}

extension [UInt8] {
    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

/// How one text stands to another in byte order.
enum ByteOrder { case ascending, equal, descending }

extension RawSpan {
    /// The eight bytes from `offset` on as a little-endian number.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        // Every bit pattern is a UInt64, and the load is checked against the span's bounds.
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

/// Eight bytes of text, the first of them lowest.
extension UInt64 {
    /// Zero where JSON has none of the bytes escaped (`trailingZeroBitCount` is 64 then); otherwise the lowest bit set is the
    /// high bit of the first that it has, and the bits above that one mean nothing.
    @inline(__always)
    var bytesToEscape: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = self ^ (ones &* 0x22)
        let backslashes = self ^ (ones &* 0x5C)
        let quote = (quotes &- ones) & ~quotes
        let backslash = (backslashes &- ones) & ~backslashes
        let control = (self &- ones &* 0x20) & ~self
        return (quote | backslash | control) & Self.highBits
    }

    /// As ``bytesToEscape``, also where a byte is outside ASCII.
    @inline(__always)
    var bytesToEscapeOrOutsideASCII: UInt64 { bytesToEscape | (self & Self.highBits) }

    private static var highBits: UInt64 { 0x8080_8080_8080_8080 }
}
