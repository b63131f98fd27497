import Crypto

/// A SHA-256 digest, held in place.
package struct Hash256: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest whose 32 bytes are `bytes`; `nil` for another count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (offset, byte) in bytes.enumerated() {
            words[offset / 8] = words[offset / 8] << 8 | UInt64(byte)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// The digest that 43 digits of either alphabet write; `nil` where they are no digits, or leave bits over.
    init?(unpaddedBase64 digits: Span<UInt8>) {
        guard digits.count == 43 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var word: UInt64 = 0
        var bits: UInt64 = 0
        for offset in digits.indices {
            guard let value = Base64.value(of: digits[offset]).map({ UInt64($0) }) else { return nil }
            let room = 64 - bits
            guard room <= 6 else {
                word = word << 6 | value
                bits += 6
                continue
            }
            words = (words.1, words.2, words.3, word << room | value >> (6 - room))
            bits = 6 - room
            word = value & ((1 << bits) - 1)
        }
        // 43 digits are 258 bits: the last two have nothing to say.
        guard word == 0 else { return nil }
        self.words = words
    }

    /// The digest of `bytes`.
    package init(hashing bytes: [UInt8]) {
        var hasher = SHA256()
        hasher.update(data: bytes)
        self.init(hasher.finalize())
    }

    private init(_ digest: SHA256.Digest) {
        words = unsafe digest.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// Appends the 43 digits of the digest's unpadded base64.
    func appendBase64(to text: inout [UInt8], alphabet: Base64.Alphabet) {
        for digit: UInt64 in 0..<43 { text.append(Base64.character(sixBits(from: digit &* 6), alphabet)) }
    }

    /// The six bits that begin with the one at `offset`; those behind the last are zero.
    private func sixBits(from offset: UInt64) -> UInt8 {
        let (word, following) =
            switch offset / 64 {
            case 0: (words.0, words.1)
            case 1: (words.1, words.2)
            case 2: (words.2, words.3)
            default: (words.3, 0)
            }
        let start = offset % 64
        // Shifting by 64 or more gives zero.
        return UInt8(truncatingIfNeeded: (word << start | following >> (64 - start)) >> 58)
    }

    /// The first eight bytes.
    var firstWord: UInt64 { words.0 }

    /// Whether the bytes of this digest come before those of `other`.
    func precedes(_ other: Hash256) -> Bool {
        (words.0, words.1, words.2, words.3) < (other.words.0, other.words.1, other.words.2, other.words.3)
    }

    package static func == (left: Hash256, right: Hash256) -> Bool {
        left.words == right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
