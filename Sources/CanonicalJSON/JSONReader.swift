/// One pass over the bytes of a JSON text, which leaves a flat list of tokens.
struct JSONReader {
    var tape: [JSONToken] = []
    /// The text of strings with escapes; offsets into it start behind the source.
    var decoded: [UInt8] = []
    var holdsNonCanonicalNumber = false
    /// Where the last thing ends so far that canonical JSON writes otherwise: what began earlier is not canonical either.
    var uncanonicalEnd = 0
    let sourceCount: Int
    var position = 0
    var depth = 0

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
        append(kind, isCanonical: false, from: position, to: position)
        position &+= 1
        return index
    }

    private mutating func close(_ index: Int) {
        depth &-= 1
        tape[index].end = UInt32(truncatingIfNeeded: position)
        tape[index].link = UInt32(truncatingIfNeeded: tape.count)
        tape[index].isCanonical = uncanonicalEnd <= tape[index].start
    }

    mutating func append(
        _ kind: JSONToken.Kind,
        isCanonical: Bool = true,
        from start: Int,
        to end: Int,
        link: Int = 0
    ) {
        // The document is shorter than 2^30 bytes, and decoded text is shorter than its source.
        tape.append(
            JSONToken(
                kind: kind,
                isCanonical: isCanonical,
                start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end),
                link: UInt32(truncatingIfNeeded: link)
            )
        )
    }

    // MARK: Literals

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

    // MARK: Single bytes

    @inline(__always)
    mutating func skipSpace(_ source: Span<UInt8>) {
        if position < sourceCount, source[position] <= 0x20 { skipSomeSpace(source) }
    }

    private mutating func skipSomeSpace(_ source: Span<UInt8>) {
        while position < sourceCount {
            let byte = source[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
            uncanonicalEnd = position
        }
    }

    @inline(__always)
    mutating func take(_ byte: UInt8, _ source: Span<UInt8>) -> Bool {
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

    func error(_ problem: JSONSyntaxError.Problem, at offset: Int? = nil) -> JSONSyntaxError {
        JSONSyntaxError(problem: problem, offset: offset ?? position)
    }
}
