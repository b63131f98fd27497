import Crypto

/// A SHA-256 digest, held in place.
package struct Hash256: Hashable, Sendable {
    fileprivate let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest whose 32 bytes are `bytes`; `nil` for another count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (offset, byte) in bytes.enumerated() {
            words[offset / 8] = words[offset / 8] << 8 | UInt64(byte)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// The digest of `bytes`.
    package init(hashing bytes: [UInt8]) {
        var hasher = SHA256()
        hasher.update(data: bytes)
        self.init(hasher.finalize())
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
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

extension Hash256 {
    // MARK: Base64

    /// The digest in six groups of 48 bits, each of which eight digits write; the last one has 16 bits, or three digits.
    private typealias Groups = InlineArray<6, UInt64>

    /// The digest that 43 digits write, and whether one of them is of the standard alphabet alone; `nil` where they are no
    /// digits of one alphabet, or leave bits over.
    static func reading(unpaddedBase64 digits: Span<UInt8>) -> (hash: Hash256, isStandardAlphabet: Bool)? {
        guard digits.count == 43 else { return nil }
        let values = Base64.values
        var groups = Groups(repeating: 0)
        var alphabets: Base64.DigitValue = []
        for group in 0..<6 {
            var bits: UInt64 = 0
            for offset in group &* 8..<min(group &* 8 &+ 8, 43) {
                let value = values[Int(digits[offset])]
                alphabets.formUnion(value)
                bits = bits << 6 | value.bits
            }
            groups[group] = bits
        }
        // 43 digits are 258 bits: the last two have nothing to say.
        guard alphabets.areOfOneAlphabet, groups[5] & 3 == 0 else { return nil }
        let hash = Hash256(
            words: (
                groups[0] << 16 | groups[1] >> 32, groups[1] << 32 | groups[2] >> 16, groups[2] << 48 | groups[3],
                groups[4] << 16 | groups[5] >> 2
            )
        )
        return (hash, alphabets.contains(.standardOnly))
    }

    /// Appends the 43 digits of the digest's unpadded base64.
    func appendBase64(to text: inout [UInt8], alphabet: Base64.Alphabet) {
        // Each group at the upper end of its word.
        let groups: Groups = [
            words.0, words.0 << 48 | words.1 >> 16, words.1 << 32 | words.2 >> 32, words.2 << 16, words.3,
            words.3 << 48,
        ]
        let digits = alphabet.digits
        text.append(addingCapacity: 43) { output in
            for group in 0..<6 {
                var bits = groups[group]
                for _ in 0..<(group < 5 ? 8 : 3) {
                    output.append(digits[Int(bits >> 58)])
                    bits <<= 6
                }
            }
        }
    }
}
