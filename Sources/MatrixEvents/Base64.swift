import CanonicalJSON

/// Base64 without padding, as Matrix writes hashes, keys and signatures
/// (Matrix specification, appendix "Unpadded Base64").
package enum Base64 {
    package enum Alphabet: Sendable {
        /// `+` and `/`.
        case standard
        /// `-` and `_`.
        case urlSafe
    }

    package static func encode(_ bytes: some Collection<UInt8>, alphabet: Alphabet = .standard) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        let digits = alphabet.digits
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(digits[Int(buffer >> bits & 0x3F)])
            }
        }
        if bits > 0 { text.append(digits[Int(buffer << (6 - bits) & 0x3F)]) }
        return text
    }

    /// The bytes of `text`, in either alphabet, with or without padding; `nil` where it is not base64.
    /// Bits left over behind the last whole byte are ignored.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        let values = values
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        var digits = 0
        var padding = 0
        for character in text {
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            let value = values[Int(character)]
            guard padding == 0, value.areOfOneAlphabet else { return nil }
            digits += 1
            buffer = buffer << 6 | UInt32(value.bits)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        let isPadded = padding == 0 || (padding < 3 && (digits + padding) % 4 == 0)
        return digits % 4 != 1 && isPadded ? bytes : nil
    }
}

extension Base64.Alphabet {
    /// The 64 digits, in the order of their values.
    var digits: [UInt8] {
        switch self {
        case .standard: Self.standardDigits
        case .urlSafe: Self.urlSafeDigits
        }
    }

    private static let sharedDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let standardDigits = Array((sharedDigits + "+/").utf8)
    private static let urlSafeDigits = Array((sharedDigits + "-_").utf8)
}

extension Base64 {
    /// What a byte stands for: six bits, and the alphabets that have not this digit.
    struct DigitValue: OptionSet {
        let rawValue: UInt8

        static let standardOnly = DigitValue(rawValue: 0x40)
        static let urlSafeOnly = DigitValue(rawValue: 0x80)
        /// Of what is no digit at all.
        static let none: DigitValue = [.standardOnly, .urlSafeOnly]

        var bits: UInt64 { UInt64(rawValue & 0x3F) }

        /// Whether there is an alphabet that has all the digits of which this is the union.
        var areOfOneAlphabet: Bool { !isSuperset(of: .none) }
    }

    /// What each byte stands for.
    static let values: [DigitValue] = {
        var values = [DigitValue](repeating: .none, count: 256)
        for (value, digit) in Alphabet.standard.digits.enumerated() {
            values[Int(digit)] = DigitValue(rawValue: UInt8(value))
        }
        for value in 62...63 {
            let bits = DigitValue(rawValue: UInt8(value))
            values[Int(Alphabet.standard.digits[value])] = bits.union(.standardOnly)
            values[Int(Alphabet.urlSafe.digits[value])] = bits.union(.urlSafeOnly)
        }
        return values
    }()
}
