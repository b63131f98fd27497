/// A number as it was written. What it means is up to the reader: `50`, `50.0`, `5e1` and `-0` all stay apart.
package struct JSONNumber: Sendable {
    package let text: UTF8Text
    /// Whether it was written with neither fraction nor exponent.
    package let isInteger: Bool

    /// 2^53 − 1, the largest integer of canonical JSON.
    package static let largestCanonicalInteger: Int64 = (1 << 53) - 1

    /// The value, where it was written as an integer that fits 64 bits.
    package var int64: Int64? {
        guard isInteger else { return nil }
        let isNegative = text[0] == UInt8(ascii: "-")
        return text.dropFirst(isNegative ? 1 : 0).decimal(isNegative: isNegative)
    }

    /// The value, where it was written as an integer within ±(2^53−1). `-0` is 0 here.
    package var canonicalInteger: Int64? {
        guard let int64, int64.magnitude <= Self.largestCanonicalInteger.magnitude else { return nil }
        return int64
    }

    /// The IEEE double nearest to the number; infinite where it is out of range.
    package var double: Double { Double(text.string) ?? .nan }

    package var isNegativeZero: Bool { isInteger && text == "-0" }
}
