package import CanonicalJSON

/// A server's name, port included: `a`, `a:8448` and `A` are three servers.
package struct ServerName: Hashable, Sendable {
    package let text: UTF8Text

    /// The name as it stands; see ``isValid``.
    package init(_ text: UTF8Text) {
        self.text = text
    }

    /// What follows the first `separator` in `text`; `nil` where there is none. The name itself may hold colons.
    init?(after separator: UInt8, in text: UTF8Text) {
        guard let offset = text.firstOffset(of: separator) else { return nil }
        self.text = text.dropFirst(offset + 1)
    }

    /// Whether the name follows the grammar: a DNS name, an IPv4 address or an IPv6 address in brackets, each with
    /// an optional port of one to five digits (Matrix specification, appendix "Server Name").
    package var isValid: Bool {
        text.withSpan { name in
            let hostEnd = Self.endOfHost(in: name)
            guard let hostEnd, hostEnd < name.count else { return hostEnd != nil }
            return name[hostEnd] == UInt8(ascii: ":") && Self.isPort(name.extracting((hostEnd + 1)...))
        }
    }

    private static func endOfHost(in name: Span<UInt8>) -> Int? {
        if !name.isEmpty, name[0] == UInt8(ascii: "[") { return endOfIPv6Address(in: name) }
        let end = name.indices.first { !isDNSCharacter(name[$0]) } ?? name.count
        return end > 0 && end <= 255 ? end : nil
    }

    /// `[` 2 to 45 hexadecimal digits, colons or dots `]`
    private static func endOfIPv6Address(in name: Span<UInt8>) -> Int? {
        guard let bracket = name.indices.first(where: { name[$0] == UInt8(ascii: "]") }), 3...46 ~= bracket else {
            return nil
        }
        let isAddress = (1..<bracket).allSatisfy { isAddressCharacter(name[$0]) }
        return isAddress ? bracket + 1 : nil
    }

    private static func isPort(_ digits: Span<UInt8>) -> Bool {
        1...5 ~= digits.count && digits.indices.allSatisfy { isDigit(digits[$0]) }
    }

    private static func isDNSCharacter(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte, upTo: UInt8(ascii: "z")) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".")
    }

    private static func isAddressCharacter(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte, upTo: UInt8(ascii: "f")) || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: ".")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func isLetter(_ byte: UInt8, upTo last: UInt8) -> Bool {
        UInt8(ascii: "a")...last ~= byte | 0x20
    }
}

extension ServerName: CustomStringConvertible {
    package var description: String { text.string }
}
