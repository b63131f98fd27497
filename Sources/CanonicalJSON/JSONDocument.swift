/// A parsed JSON text: its bytes, and a flat list of tokens that point into them.
///
/// Nothing is converted while parsing. Numbers keep their text; strings with escapes are decoded once, behind the
/// source bytes, so that each string is one run of UTF-8 bytes.
package final class JSONDocument: Sendable {
    /// The source, followed by the decoded text of the strings that had escapes.
    let text: [UInt8]
    let sourceCount: Int
    let tape: [JSONToken]
    /// Whether some number is not an integer within ±(2^53−1), or is `-0`: canonical JSON has none such.
    let holdsNonCanonicalNumber: Bool

    /// How deep arrays and objects may be nested.
    package static let depthLimit = 256
    /// How many bytes one document may have: token offsets, those of decoded text included, are 32 bits wide.
    package static let lengthLimit = 1 << 30

    /// Parses one JSON value and nothing else.
    package init(parsing source: [UInt8]) throws(JSONSyntaxError) {
        guard source.count <= Self.lengthLimit else {
            throw JSONSyntaxError(problem: .tooLong, offset: Self.lengthLimit)
        }
        var reader = JSONReader(sourceCount: source.count)
        try reader.readDocument(source.span)
        sourceCount = source.count
        text = reader.decoded.isEmpty ? source : source + reader.decoded
        tape = reader.tape
        holdsNonCanonicalNumber = reader.holdsNonCanonicalNumber
    }

    package convenience init(parsing text: String) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8))
    }

    func kind(at index: Int) -> JSONValue.Kind {
        switch tape[index].kind {
        case .null: .null
        case .false, .true: .bool
        case .integer: .integer
        case .decimal: .decimal
        case .string: .string
        case .array: .array
        case .object, .sortedObject, .sortedFlatObject: .object
        }
    }

    /// The text of the string at `index`; `nil` where another value stands.
    func string(at index: Int) -> UTF8Text? {
        let token = tape[index]
        return token.kind == .string ? UTF8Text(storage: text, start: token.start, end: token.end) : nil
    }

    package var root: JSONValue { JSONValue(document: self, index: 0) }

    /// Bytes held by the document, for accounting.
    package var byteCount: Int { text.count + tape.count * MemoryLayout<JSONToken>.stride }
}

/// One value or key: what it is and where its text lies.
struct JSONToken {
    enum Kind: UInt8 {
        case null, `false`, `true`, integer, decimal, string, array, object
        /// An object whose keys stand in strictly ascending byte order.
        case sortedObject
        /// One of these that holds no array and no object: every member takes two tokens, so that a key is found by halving.
        case sortedFlatObject
    }

    var kind: Kind
    /// Whether canonical JSON writes the value, or key, just as it stands in the source.
    var isCanonical: Bool
    /// The text without its quotes; of an array or object, the source from bracket to bracket.
    var start: UInt32
    var end: UInt32
    /// Of an array or object: the index of the token after its last. Of a string: where its opening quote stands in
    /// the source. Otherwise unused.
    var link: UInt32

    /// Where the value stands in the source, a string with its quotes. It means nothing for a string with escapes, whose text
    /// stands elsewhere.
    var sourceRange: Range<Int> {
        kind == .string ? Int(link)..<Int(end) + 1 : Int(start)..<Int(end)
    }

    /// Whether this is an object whose keys stand in order.
    var isSorted: Bool { kind == .sortedObject || kind == .sortedFlatObject }

    /// Whether tokens of other values may stand between this one and the next.
    var isContainer: Bool {
        switch kind {
        case .array, .object, .sortedObject, .sortedFlatObject: true
        case .null, .false, .true, .integer, .decimal, .string: false
        }
    }
}
