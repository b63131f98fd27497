/// A run of UTF-8 bytes, compared, ordered and hashed byte by byte.
///
/// Matrix compares identifiers, keys and types by their bytes. `String` compares by canonical equivalence, under which
/// two different user ids can be equal, so text that decides anything is held as `UTF8Text`.
/// A value is a view into shared storage: making one from a parsed document copies nothing.
package struct UTF8Text: Sendable {
    private let storage: [UInt8]
    private let start: UInt32
    private let end: UInt32

    /// A view of `storage[start..<end]`; the caller has made sure that it is UTF-8 within bounds and under 4 GiB.
    init(storage: [UInt8], start: UInt32, end: UInt32) {
        self.storage = storage
        self.start = start
        self.end = end
    }

    /// The text of `bytes`, which the caller knows to be UTF-8.
    package init(utf8 bytes: [UInt8]) {
        self.init(storage: bytes, start: 0, end: UInt32(clamping: bytes.count))
    }

    /// The text of `bytes`, which the caller knows to be UTF-8.
    package init(utf8 bytes: Span<UInt8>) {
        var storage: [UInt8] = []
        storage.reserveCapacity(bytes.count)
        storage.append(bytes)
        self.init(utf8: storage)
    }

    /// The text of `bytes`, or `nil` where they are not UTF-8.
    package init?(validating bytes: some Collection<UInt8>) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self.init(text)
    }

    package init(_ string: some StringProtocol) {
        self.init(utf8: Array(string.utf8))
    }

    package static let empty = UTF8Text(utf8: [])

    package var count: Int { Int(end &- start) }
    package var isEmpty: Bool { start == end }
    package var bytes: ArraySlice<UInt8> { storage[Int(start)..<Int(end)] }
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The byte at `offset` from the start, or `nil` past the end.
    package subscript(offset: Int) -> UInt8? {
        offset >= 0 && offset < count ? storage[Int(start) + offset] : nil
    }

    /// The text from `offset` (in bytes) to the end; empty where `offset` is past it.
    package func dropFirst(_ offset: Int) -> UTF8Text {
        UTF8Text(storage: storage, start: min(start + UInt32(clamping: offset), end), end: end)
    }

    /// The first `length` bytes, or all of them where there are fewer.
    package func prefix(_ length: Int) -> UTF8Text {
        UTF8Text(storage: storage, start: start, end: min(start + UInt32(clamping: length), end))
    }

    /// The offset of the first `byte`, or `nil`.
    package func firstOffset(of byte: UInt8) -> Int? {
        withSpan { span in span.indices.first { span[$0] == byte } }
    }

    /// The same text in storage of its own, so that it does not keep a larger document alive.
    package func detached() -> UTF8Text {
        UTF8Text(utf8: Array(bytes))
    }

    /// The integer that the text writes in decimal digits, or its negative; `nil` where there are none or others, or it
    /// does not fit.
    package func decimal(isNegative: Bool) -> Int64? {
        withSpan { digits in
            guard !digits.isEmpty else { return nil }
            // There is one negative number more than there are positive ones.
            var value: Int64 = 0
            for offset in digits.indices {
                let digit = digits[offset] &- UInt8(ascii: "0")
                let (product, overflows) = value.multipliedReportingOverflow(by: 10)
                let (difference, overflowsToo) = product.subtractingReportingOverflow(Int64(digit))
                guard digit < 10, !overflows, !overflowsToo else { return nil }
                value = difference
            }
            if isNegative { return value }
            return value == .min ? nil : -value
        }
    }

    /// Lends the bytes to `body`.
    package func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(storage.span.extracting(Int(start)..<Int(end)))
    }

    package static func == (left: UTF8Text, right: StaticString) -> Bool {
        left.count == right.utf8CodeUnitCount && left.withSpan { $0.isEqual(to: right) }
    }
}

extension UTF8Text: Equatable {
    package static func == (left: UTF8Text, right: UTF8Text) -> Bool {
        guard left.end &- left.start == right.end &- right.start else { return false }
        return left.withSpan { leftBytes in
            right.withSpan { leftBytes.isEqual(to: $0) }
        }
    }
}

extension UTF8Text: Comparable {
    package static func < (left: UTF8Text, right: UTF8Text) -> Bool {
        left.withSpan { leftBytes in
            right.withSpan { leftBytes.order(to: $0) == .ascending }
        }
    }
}

extension UTF8Text: Hashable {
    package func hash(into hasher: inout Hasher) {
        withSpan { span in
            unsafe span.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        }
        hasher.combine(count)
    }
}

extension UTF8Text: CustomStringConvertible {
    package var description: String { string }
}
