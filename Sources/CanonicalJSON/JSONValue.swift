/// A view of one value in a parsed document. Copying it copies no text.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    package enum Kind: Sendable {
        case null, bool, integer, decimal, string, array, object
    }

    package var kind: Kind { document.kind(at: index) }

    package var isNull: Bool { token.kind == .null }

    package var text: UTF8Text? { document.string(at: index) }

    package var array: JSONArray? {
        token.kind == .array ? JSONArray(value: self) : nil
    }

    package var object: JSONObject? {
        kind == .object ? JSONObject(value: self) : nil
    }

    package var bool: Bool? {
        switch token.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    package var number: JSONNumber? {
        switch token.kind {
        case .integer: JSONNumber(text: textOfToken, isInteger: true)
        case .decimal: JSONNumber(text: textOfToken, isInteger: false)
        default: nil
        }
    }

    /// The bytes that the value was read from, quotes and escapes as they were.
    package var source: ArraySlice<UInt8> {
        guard token.kind == .string, !token.isCanonical else { return document.text[token.sourceRange] }
        let start = Int(token.link)
        var end = start + 1
        while document.text[end] != UInt8(ascii: "\"") {
            end += document.text[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return document.text[start...end]
    }

    /// The same value in a document of its own, so that it does not keep a larger one in memory.
    package func detached() -> JSONValue {
        guard let document = try? JSONDocument(parsing: Array(source)) else {
            preconditionFailure("What was read once is read again")
        }
        return document.root
    }

    /// Bytes of the document that this value keeps in memory, for accounting.
    package var documentByteCount: Int { document.byteCount }

    /// The first number in this value, however deep, that canonical JSON does not allow:
    /// not an integer, `-0`, or outside ±(2^53−1).
    package var firstNonCanonicalNumber: JSONNumber? {
        guard document.holdsNonCanonicalNumber else { return nil }
        for index in index..<indexAfter {
            let number = JSONValue(document: document, index: index).number
            if let number, number.canonicalInteger == nil || number.isNegativeZero { return number }
        }
        return nil
    }

    var token: JSONToken { document.tape[index] }

    /// The index of the token after this value's last.
    var indexAfter: Int {
        document.indexAfter(index)
    }

    var textOfToken: UTF8Text {
        UTF8Text(storage: document.text, start: token.start, end: token.end)
    }
}

/// The items of a JSON array, in order.
package struct JSONArray: Sequence, Sendable {
    package let value: JSONValue

    package func makeIterator() -> Iterator {
        Iterator(document: value.document, cursor: value.index + 1, end: value.indexAfter)
    }

    package var count: Int {
        var count = 0
        var cursor = value.index + 1
        while cursor < value.indexAfter {
            cursor = value.document.indexAfter(cursor)
            count += 1
        }
        return count
    }

    package var isEmpty: Bool { value.index + 1 == value.indexAfter }

    /// Hands `body` the text of one item after the other, as long as they are strings.
    ///
    /// - Returns: whether all are.
    package func forEachString(_ body: (Span<UInt8>) -> Void) -> Bool {
        let text = value.document.text
        // Strings take one token each.
        for index in value.index + 1..<value.indexAfter {
            guard value.document.tape[index].kind == .string else { return false }
            body(text.span.extracting(value.document.range(of: index)))
        }
        return true
    }

    package struct Iterator: IteratorProtocol {
        let document: JSONDocument
        var cursor: Int
        let end: Int

        package mutating func next() -> JSONValue? {
            guard cursor < end else { return nil }
            let value = JSONValue(document: document, index: cursor)
            cursor = value.indexAfter
            return value
        }
    }
}
