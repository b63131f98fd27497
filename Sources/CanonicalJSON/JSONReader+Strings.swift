extension JSONReader {
    mutating func readString(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        let quote = position
        position = endOfPlainASCII(source, from: quote &+ 1)
        // Most strings end here.
        if !isAtQuote(source) { try skipPlainText(source) }
        guard position < sourceCount else { throw error(.unexpectedEnd) }
        guard isAtQuote(source) else { return try readEscapedString(source, quote: quote) }
        append(.string, from: quote &+ 1, to: position, link: quote)
        position &+= 1
    }

    private func isAtQuote(_ source: Span<UInt8>) -> Bool {
        position < sourceCount && source[position] == UInt8(ascii: "\"")
    }

    /// Goes on where the first backslash stands.
    private mutating func readEscapedString(_ source: Span<UInt8>, quote: Int) throws(JSONSyntaxError) {
        let decodedStart = decoded.count
        appendDecoded(source, from: quote &+ 1)
        while position < sourceCount {
            guard source[position] == UInt8(ascii: "\\") else {
                let end = sourceCount &+ decoded.count
                append(.string, isCanonical: false, from: sourceCount &+ decodedStart, to: end, link: quote)
                position &+= 1
                uncanonicalEnd = position
                return
            }
            try readEscape(source)
            let runStart = position
            try skipPlainText(source)
            appendDecoded(source, from: runStart)
        }
        throw error(.unexpectedEnd)
    }

    private mutating func appendDecoded(_ source: Span<UInt8>, from start: Int) {
        for offset in start..<position { decoded.append(source[offset]) }
    }

    private mutating func readEscape(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        let start = position
        guard start &+ 1 < sourceCount else { throw error(.unexpectedEnd, at: sourceCount) }
        position &+= 2
        switch source[start &+ 1] {
        case UInt8(ascii: "\""): decoded.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): decoded.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): decoded.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: UTF8.bytes(of: try readScalar(source, escapeStart: start)))
        default: throw error(.invalidEscape, at: start)
        }
    }

    /// The scalar of `\u` and four digits, or of two such that form a surrogate pair.
    private mutating func readScalar(
        _ source: Span<UInt8>,
        escapeStart: Int
    ) throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try readFourHexDigits(source)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\"), source), take(UInt8(ascii: "u"), source) else {
            throw error(.loneSurrogate, at: escapeStart)
        }
        let second = try readFourHexDigits(source)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 &+ ((first &- 0xD800) << 10) &+ (second &- 0xDC00))
        else { throw error(.loneSurrogate, at: escapeStart) }
        return scalar
    }

    private mutating func readFourHexDigits(_ source: Span<UInt8>) throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < sourceCount else { throw error(.unexpectedEnd) }
            guard let digit = Character(UnicodeScalar(source[position])).hexDigitValue, source[position] < 0x80 else {
                throw error(.invalidEscape)
            }
            value = value << 4 | UInt32(digit)
            position &+= 1
        }
        return value
    }

    /// Moves to the next quote or backslash, or to the end; checks UTF-8 and refuses control characters on the way.
    private mutating func skipPlainText(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        while position < sourceCount {
            position = endOfPlainASCII(source, from: position)
            guard position < sourceCount else { return }
            let byte = source[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            guard byte >= 0x20 else { throw error(.controlCharacterInString(byte)) }
            if byte < 0x80 {
                position &+= 1
                continue
            }
            guard let length = UTF8.lengthOfScalar(in: source, at: position) else { throw error(.invalidUTF8) }
            position &+= length
        }
    }

    /// Where the first byte stands from `start` on that is a quote, a backslash, a control character or outside ASCII; or
    /// fewer than eight bytes before the end.
    @inline(__always)
    private func endOfPlainASCII(_ source: Span<UInt8>, from start: Int) -> Int {
        let bytes = unsafe source.bytes
        var offset = start
        while offset &+ 8 <= sourceCount {
            let ends = bytes.word(at: offset).bytesToEscapeOrOutsideASCII
            if ends != 0 { return offset &+ ends.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        return offset
    }
}
