package import CanonicalJSON

/// How a room version writes power levels (RULES: "Power level value parsing").
package enum LevelGrammar: Sendable {
    /// v1–v5: integers, strings that hold one, and floats, which lose their fraction.
    case integerStringOrFloat
    /// v6–v9: integers and strings that hold one.
    case integerOrString
    /// Since v10: integers.
    case integer

    /// The level that `value` states; `nil` where it states none in this grammar.
    package func level(_ value: JSONValue) -> PowerLevel? {
        switch value.kind {
        case .integer: value.number.flatMap { $0.int64.map { .integer($0) } ?? Self.integer($0.text) }
        case .string where self != .integer: value.text.flatMap { Self.integer(Self.trimmed($0), allowsPlus: true) }
        case .decimal where self == .integerStringOrFloat: value.number.flatMap { Self.truncated($0.double) }
        case .null, .bool, .decimal, .string, .array, .object: nil
        }
    }

    /// An optional sign and at least one ASCII digit.
    private static func integer(_ text: UTF8Text, allowsPlus: Bool = false) -> PowerLevel? {
        let isNegative = text[0] == UInt8(ascii: "-")
        let hasSign = isNegative || (allowsPlus && text[0] == UInt8(ascii: "+"))
        let digits = text.dropFirst(hasSign ? 1 : 0)
        guard !digits.isEmpty, digits.bytes.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return PowerLevel(isNegative: isNegative, digits: digits)
    }

    private static func trimmed(_ text: UTF8Text) -> UTF8Text {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
        let leading = text.bytes.prefix(while: isSpace).count
        let rest = text.dropFirst(leading)
        let trailing = rest.bytes.reversed().prefix(while: isSpace).count
        return rest.prefix(rest.count - trailing)
    }

    /// The integer next to `double` towards zero; `nil` for infinities and NaN.
    private static func truncated(_ double: Double) -> PowerLevel? {
        guard double.isFinite else { return nil }
        if let value = Int64(exactly: double.rounded(.towardZero)) { return .integer(value) }
        return .large(isNegative: double < 0, digits: UTF8Text(utf8: decimalDigits(ofInteger: double.magnitude)))
    }

    /// The digits of a double of at least 2^63, which is a 53-bit integer times a power of two.
    private static func decimalDigits(ofInteger double: Double) -> [UInt8] {
        let billion: UInt64 = 1_000_000_000
        // Nine digits an item, the lowest first.
        var digits: [UInt64] = [UInt64(double.significand * 0x1p52)]
        var doublings = Int(double.exponent) - 52
        repeat {
            let shift = min(doublings, 8)
            var carry: UInt64 = 0
            for index in digits.indices {
                let product = digits[index] << UInt64(shift) + carry
                digits[index] = product % billion
                carry = product / billion
            }
            while carry > 0 {
                digits.append(carry % billion)
                carry /= billion
            }
            doublings -= shift
        } while doublings > 0
        let groups = digits.reversed().enumerated().map { index, group in
            let text = String(group)
            return index == 0 ? text : String(repeating: "0", count: 9 - text.count) + text
        }
        return groups.flatMap(\.utf8)
    }
}

extension RoomVersion {
    /// How the version writes power levels.
    package var levelGrammar: LevelGrammar {
        switch self {
        case .draft2014, .v1, .v2, .v3, .v4, .v5: .integerStringOrFloat
        case .v6, .v7, .v8, .v9: .integerOrString
        case .v10, .v11, .v12: .integer
        }
    }
}
