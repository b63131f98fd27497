extension [UInt8] {
    /// Appends `text` in quotes, with the escapes of canonical JSON: `\" \\ \b \t \n \f \r`, other control characters
    /// as `\u00xx`, and nothing else.
    package mutating func appendJSONString(_ text: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        var runStart = 0
        var offset = text.lengthWithoutEscapes(from: 0)
        while offset < text.count {
            append(text.extracting(runStart..<offset))
            appendEscape(of: text[offset])
            runStart = offset &+ 1
            offset = text.lengthWithoutEscapes(from: runStart)
        }
        append(text.extracting(runStart...))
        append(UInt8(ascii: "\""))
    }

    /// As ``appendJSONString(_:)``, of the text whose UTF-8 `appendText` appends.
    mutating func appendJSONString(appending appendText: (inout [UInt8]) -> Void) {
        append(UInt8(ascii: "\""))
        let start = count
        appendText(&self)
        guard span.lengthWithoutEscapes(from: start) == count else {
            let text = Array(self[start...])
            removeSubrange((start - 1)...)
            return appendJSONString(text.span)
        }
        append(UInt8(ascii: "\""))
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

extension Span<UInt8> {
    /// The offset of the first byte from `start` on that JSON has to escape; the count where there is none.
    fileprivate func lengthWithoutEscapes(from start: Int) -> Int {
        let raw = unsafe bytes
        var offset = start
        while offset &+ 8 <= count {
            let escapes = raw.word(at: offset).bytesToEscape
            if escapes != 0 { return offset &+ escapes.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < count, !needsEscape(self[offset]) { offset &+= 1 }
        return offset
    }

    private func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
