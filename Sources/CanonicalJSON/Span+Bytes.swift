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
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset &+= 1
        }
        return true
    }

    /// Whether these are the bytes of `literal`.
    func isEqual(to literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        let expected = unsafe Span(_unsafeStart: literal.utf8Start, count: literal.utf8CodeUnitCount)
        return isEqual(to: expected)
    }

    /// Byte order, which for UTF-8 is the order of code points.
    func isOrderedBefore(_ other: Span<UInt8>) -> Bool {
        let shared = Swift.min(count, other.count)
        var offset = 0
        while offset < shared {
            let left = self[offset]
            let right = other[offset]
            if left != right { return left < right }
            offset &+= 1
        }
        return count < other.count
    }
}

extension RawSpan {
    /// The eight bytes from `offset` on as a little-endian number.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        // Every bit pattern is a UInt64, and the load is checked against the span's bounds.
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
