extension JSONReader {
    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    mutating func readNumber(_ source: Span<UInt8>) throws(JSONSyntaxError) {
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
        let isCanonical =
            kind == .integer && magnitude <= JSONNumber.largestCanonicalInteger && !(isNegative && magnitude == 0)
        if !isCanonical {
            holdsNonCanonicalNumber = true
            uncanonicalEnd = position
        }
        append(kind, isCanonical: isCanonical, from: start, to: position)
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
}
