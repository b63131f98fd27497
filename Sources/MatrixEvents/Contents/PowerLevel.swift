package import CanonicalJSON

/// A power level. Room versions 1–5 have integers of any size; room version 12 has creators above every integer.
package enum PowerLevel: Hashable, Sendable {
    case integer(Int64)
    /// An integer that does not fit 64 bits: its sign, and its digits without leading zeros.
    case large(isNegative: Bool, digits: UTF8Text)
    /// Above every integer, and equal to itself.
    case infinite

    /// The integer that `digits` write in decimal, leading zeros allowed.
    init(isNegative: Bool, digits: UTF8Text) {
        if let value = digits.decimal(isNegative: isNegative) {
            self = .integer(value)
            return
        }
        let zeros = digits.bytes.prefix { $0 == UInt8(ascii: "0") }.count
        self = .large(isNegative: isNegative, digits: digits.dropFirst(zeros).detached())
    }
}

extension PowerLevel: Comparable {
    package static func < (left: PowerLevel, right: PowerLevel) -> Bool {
        switch (left, right) {
        case (.infinite, _): false
        case (_, .infinite): true
        case (.integer(let left), .integer(let right)): left < right
        case (.large(let isNegative, _), .integer): isNegative
        case (.integer, .large(let isNegative, _)): !isNegative
        case (.large(true, _), .large(false, _)): true
        case (.large(false, _), .large(true, _)): false
        case (.large(false, let left), .large(false, let right)): isShorterOrSmaller(left, right)
        case (.large(true, let left), .large(true, let right)): isShorterOrSmaller(right, left)
        }
    }

    private static func isShorterOrSmaller(_ left: UTF8Text, _ right: UTF8Text) -> Bool {
        left.count == right.count ? left < right : left.count < right.count
    }
}

extension PowerLevel: ExpressibleByIntegerLiteral, CustomStringConvertible {
    package init(integerLiteral value: Int64) {
        self = .integer(value)
    }

    package var description: String {
        switch self {
        case .integer(let value): String(value)
        case .large(let isNegative, let digits): (isNegative ? "-" : "") + digits.string
        case .infinite: "infinite"
        }
    }
}
