extension UTF8 {
    static func bytes(of scalar: Unicode.Scalar) -> String.UTF8View {
        String(scalar).utf8
    }

    /// How many bytes the scalar that starts with the non-ASCII byte at `offset` has; `nil` where they are not
    /// well-formed (overlong, a surrogate, past U+10FFFF, cut short): table 3-7 of the Unicode Standard.
    static func lengthOfScalar(in bytes: Span<UInt8>, at offset: Int) -> Int? {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[offset] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return nil
        }
        guard length <= bytes.count &- offset, second.contains(bytes[offset &+ 1]) else { return nil }
        for trailing in 2..<max(length, 2) {
            guard bytes[offset &+ trailing] & 0xC0 == 0x80 else { return nil }
        }
        return length
    }
}
