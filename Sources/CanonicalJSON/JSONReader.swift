/// One pass over the bytes of a JSON text, which leaves a flat list of tokens.
struct JSONReader {
    private(set) var tape: [JSONToken] = []
    /// The text of strings with escapes; offsets into it start behind the source.
    private(set) var decoded: [UInt8] = []
    private(set) var holdsNonCanonicalNumber = false
    private let sourceCount: Int
    private var position = 0
    private var depth = 0

    init(sourceCount: Int) {
        self.sourceCount = sourceCount
        tape.reserveCapacity(sourceCount / 12 + 8)
    }

    mutating func readDocument(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        skipSpace(source)
        try readValue(source)
        skipSpace(source)
        guard position == sourceCount else { throw error(.trailingBytes) }
    }

    private mutating func readValue(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        guard position < sourceCount else { throw error(.unexpectedEnd) }
        switch source[position] {
        case UInt8(ascii: "\""): try readString(source)
        case UInt8(ascii: "{"): try readObject(source)
        case UInt8(ascii: "["): try readArray(source)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber(source)
        case UInt8(ascii: "t"): try readLiteral("true", as: .true, source)
        case UInt8(ascii: "f"): try readLiteral("false", as: .false, source)
        case UInt8(ascii: "n"): try readLiteral("null", as: .null, source)
        case let byte: throw error(.unexpected(byte, expected: "a value"))
        }
    }

    // MARK: Arrays and objects

    private mutating func readArray(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        let index = try open(.array)
        skipSpace(source)
        if !take(UInt8(ascii: "]"), source) {
            repeat {
                skipSpace(source)
                try readValue(source)
                skipSpace(source)
            } while take(UInt8(ascii: ","), source)
            try expect(UInt8(ascii: "]"), "',' or ']'", source)
        }
        close(index)
    }

    private mutating func readObject(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        let index = try open(.object)
        skipSpace(source)
        if !take(UInt8(ascii: "}"), source) {
            repeat {
                skipSpace(source)
                guard position < sourceCount else { throw error(.unexpectedEnd) }
                guard source[position] == UInt8(ascii: "\"") else {
                    throw error(.unexpected(source[position], expected: "a key in quotes"))
                }
                try readString(source)
                skipSpace(source)
                try expect(UInt8(ascii: ":"), "':'", source)
                skipSpace(source)
                try readValue(source)
                skipSpace(source)
            } while take(UInt8(ascii: ","), source)
            try expect(UInt8(ascii: "}"), "',' or '}'", source)
        }
        close(index)
        try checkKeys(ofObjectAt: index, source)
    }

    private mutating func open(_ kind: JSONToken.Kind) throws(JSONSyntaxError) -> Int {
        guard depth < JSONDocument.depthLimit else { throw error(.nestedTooDeep(limit: JSONDocument.depthLimit)) }
        depth &+= 1
        let index = tape.count
        append(kind, from: position, to: position)
        position &+= 1
        return index
    }

    private mutating func close(_ index: Int) {
        depth &-= 1
        tape[index].end = UInt32(truncatingIfNeeded: position)
        tape[index].link = UInt32(truncatingIfNeeded: tape.count)
    }

    private mutating func append(_ kind: JSONToken.Kind, from start: Int, to end: Int, link: Int = 0) {
        // The document is shorter than 2^30 bytes, and decoded text is shorter than its source.
        tape.append(
            JSONToken(
                kind: kind,
                start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end),
                link: UInt32(truncatingIfNeeded: link)
            )
        )
    }

    // MARK: Duplicate keys

    /// Refuses a key that stands twice; marks an object whose keys are in order.
    private mutating func checkKeys(ofObjectAt index: Int, _ source: Span<UInt8>) throws(JSONSyntaxError) {
        let end = tape.count
        var previous = index &+ 1
        var next = previous < end ? indexAfterMember(previous) : end
        while next < end {
            guard compareKeys(previous, next, source) == .ascending else {
                return try checkUnsortedKeys(ofObjectAt: index, source)
            }
            previous = next
            next = indexAfterMember(next)
        }
        tape[index].kind = .sortedObject
    }

    /// Up to sixteen keys are compared each with each, which beats sorting them.
    private func checkUnsortedKeys(ofObjectAt index: Int, _ source: Span<UInt8>) throws(JSONSyntaxError) {
        var count = 0
        var key = index &+ 1
        while key < tape.count {
            guard count < 16 else { return try checkManyUnsortedKeys(ofObjectAt: index, source) }
            var earlier = index &+ 1
            while earlier < key {
                if compareKeys(earlier, key, source) == .equal { throw duplicateKey(tape[key], source) }
                earlier = indexAfterMember(earlier)
            }
            count &+= 1
            key = indexAfterMember(key)
        }
    }

    private func checkManyUnsortedKeys(ofObjectAt index: Int, _ source: Span<UInt8>) throws(JSONSyntaxError) {
        var keys: [Int] = []
        var next = index &+ 1
        while next < tape.count {
            keys.append(next)
            next = indexAfterMember(next)
        }
        keys.sort { compareKeys($0, $1, source) == .ascending }
        for (first, second) in zip(keys, keys.dropFirst()) where compareKeys(first, second, source) == .equal {
            throw duplicateKey(tape[max(first, second)], source)
        }
    }

    private func duplicateKey(_ token: JSONToken, _ source: Span<UInt8>) -> JSONSyntaxError {
        let key = String(decoding: bytes(of: token, source), as: UTF8.self)
        return JSONSyntaxError(problem: .duplicateKey(key), offset: Int(token.link))
    }

    private enum KeyOrder { case ascending, equal, descending }

    private func compareKeys(_ left: Int, _ right: Int, _ source: Span<UInt8>) -> KeyOrder {
        let (left, right) = (tape[left], tape[right])
        let leftCount = left.end &- left.start
        let rightCount = right.end &- right.start
        for offset in 0..<min(leftCount, rightCount) {
            let leftByte = byte(at: left.start &+ offset, source)
            let rightByte = byte(at: right.start &+ offset, source)
            if leftByte != rightByte { return leftByte < rightByte ? .ascending : .descending }
        }
        if leftCount == rightCount { return .equal }
        return leftCount < rightCount ? .ascending : .descending
    }

    private func byte(at offset: UInt32, _ source: Span<UInt8>) -> UInt8 {
        let offset = Int(offset)
        return offset < sourceCount ? source[offset] : decoded[offset &- sourceCount]
    }

    private func bytes(of token: JSONToken, _ source: Span<UInt8>) -> [UInt8] {
        (token.start..<token.end).map { byte(at: $0, source) }
    }

    /// The index of the key after the member whose key stands at `key`.
    private func indexAfterMember(_ key: Int) -> Int {
        let value = key &+ 1
        switch tape[value].kind {
        case .array, .object, .sortedObject: return Int(tape[value].link)
        case .null, .false, .true, .integer, .decimal, .string: return value &+ 1
        }
    }

    // MARK: Literals and numbers

    private mutating func readLiteral(
        _ literal: StaticString,
        as kind: JSONToken.Kind,
        _ source: Span<UInt8>
    ) throws(JSONSyntaxError) {
        let end = position &+ literal.utf8CodeUnitCount
        guard end <= sourceCount, source.extracting(position..<end).isEqual(to: literal) else {
            throw error(.unexpected(source[position], expected: "a value"))
        }
        append(kind, from: position, to: end)
        position = end
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func readNumber(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        let start = position
        var kind = JSONToken.Kind.integer
        let isNegative = take(UInt8(ascii: "-"), source)
        let firstDigit = position
        let magnitude = try takeDigits(source)
        let startsWithZero = source[firstDigit] == UInt8(ascii: "0")
        if startsWithZero, position &- firstDigit > 1 { throw error(.invalidNumber, at: start) }
        if take(UInt8(ascii: "."), source) {
            kind = .decimal
            _ = try takeDigits(source)
        }
        if take(UInt8(ascii: "e"), source) || take(UInt8(ascii: "E"), source) {
            kind = .decimal
            _ = take(UInt8(ascii: "+"), source) || take(UInt8(ascii: "-"), source)
            _ = try takeDigits(source)
        }
        if kind == .decimal || magnitude > JSONNumber.largestCanonicalInteger || (isNegative && magnitude == 0) {
            holdsNonCanonicalNumber = true
        }
        append(kind, from: start, to: position)
    }

    /// At least one digit; their value, which stops growing past 2^60.
    private mutating func takeDigits(_ source: Span<UInt8>) throws(JSONSyntaxError) -> Int64 {
        let start = position
        var value: Int64 = 0
        while position < sourceCount {
            let digit = source[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if value < 1 << 56 { value = value &* 10 &+ Int64(digit) }
            position &+= 1
        }
        guard position > start else {
            throw position < sourceCount ? error(.invalidNumber) : error(.unexpectedEnd)
        }
        return value
    }

    // MARK: Strings

    private mutating func readString(_ source: Span<UInt8>) throws(JSONSyntaxError) {
        let quote = position
        position &+= 1
        let start = position
        try skipPlainText(source)
        guard position < sourceCount else { throw error(.unexpectedEnd) }
        if source[position] == UInt8(ascii: "\"") {
            append(.string, from: start, to: position, link: quote)
            position &+= 1
            return
        }
        try readEscapedString(source, quote: quote)
    }

    /// Goes on where the first backslash stands.
    private mutating func readEscapedString(_ source: Span<UInt8>, quote: Int) throws(JSONSyntaxError) {
        let decodedStart = decoded.count
        appendDecoded(source, from: quote &+ 1)
        while position < sourceCount {
            guard source[position] == UInt8(ascii: "\\") else {
                let end = sourceCount &+ decoded.count
                append(.string, from: sourceCount &+ decodedStart, to: end, link: quote)
                position &+= 1
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

    /// The scalar of `\uXXXX`, or of two of them that form a surrogate pair.
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
            skipPlainASCII(source)
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

    /// Eight bytes at a time, while none of them is a quote, a backslash, a control character or outside ASCII.
    @inline(__always)
    private mutating func skipPlainASCII(_ source: Span<UInt8>) {
        let bytes = unsafe source.bytes
        while position &+ 8 <= sourceCount {
            let ends = Self.endsOfPlainASCII(bytes.word(at: position))
            position &+= ends.trailingZeroBitCount / 8
            if ends != 0 { return }
        }
    }

    /// Zero where all eight bytes are plain ASCII (`trailingZeroBitCount` is 64 then); otherwise the lowest bit set is
    /// the high bit of the first byte that is not, and the bits above that one mean nothing.
    @inline(__always)
    private static func endsOfPlainASCII(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits = ones &* 0x80
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let quote = (quotes &- ones) & ~quotes
        let backslash = (backslashes &- ones) & ~backslashes
        let control = (word &- ones &* 0x20) & ~word
        return (quote | backslash | control | word) & highBits
    }

    // MARK: Single bytes

    @inline(__always)
    private mutating func skipSpace(_ source: Span<UInt8>) {
        while position < sourceCount {
            let byte = source[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8, _ source: Span<UInt8>) -> Bool {
        guard position < sourceCount, source[position] == byte else { return false }
        position &+= 1
        return true
    }

    private mutating func expect(
        _ byte: UInt8,
        _ expected: @autoclosure () -> String,
        _ source: Span<UInt8>
    ) throws(JSONSyntaxError) {
        if take(byte, source) { return }
        guard position < sourceCount else { throw error(.unexpectedEnd) }
        throw error(.unexpected(source[position], expected: expected()))
    }

    private func error(_ problem: JSONSyntaxError.Problem, at offset: Int? = nil) -> JSONSyntaxError {
        JSONSyntaxError(problem: problem, offset: offset ?? position)
    }
}
