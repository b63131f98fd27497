extension [UInt8] {
    /// Appends `text` in quotes, with the escapes of canonical JSON: `\" \\ \b \t \n \f \r`, other control characters
    /// as `\u00xx`, and nothing else.
    package mutating func appendJSONString(_ text: UTF8Text) {
        append(UInt8(ascii: "\""))
        text.withSpan { span in
            var runStart = 0
            for offset in span.indices where Self.needsEscape(span[offset]) {
                append(span, from: runStart, to: offset)
                appendEscape(of: span[offset])
                runStart = offset &+ 1
            }
            append(span, from: runStart, to: span.count)
        }
        append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(_ span: Span<UInt8>, from start: Int, to end: Int) {
        unsafe span.extracting(start..<end).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(contentsOf: "u00".utf8)
            append(contentsOf: byte < 0x10 ? "0".utf8 : "".utf8)
            append(contentsOf: String(byte, radix: 16).utf8)
        }
    }
}
