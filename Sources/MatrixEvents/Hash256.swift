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
    init?(unpaddedBase64 digits: some Collection<UInt8>) {
        guard digits.count == 43 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var word: UInt64 = 0
        var bits: UInt64 = 0
        for digit in digits {
            guard let value = Base64.value(of: digit).map({ UInt64($0) }) else { return nil }
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
        func word(_ index: Int) -> UInt64 {
            digest.dropFirst(index * 8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
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
