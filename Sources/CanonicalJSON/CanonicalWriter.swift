/// Writes JSON values canonically: UTF-8, keys in byte order, no space, the shortest escapes
/// (Matrix specification, appendix "Canonical JSON").
package struct CanonicalWriter {
    /// What becomes of numbers that canonical JSON does not have.
    package enum NumberStyle: Sendable {
        /// As they came, but for `-0`, which is `0`. Room versions 1–5 hash fractions and exponents as they stand.
        case asReceived
        /// Integers written with an exponent or an empty fraction are written out, as a producer of events does.
        case normalized
    }

    package private(set) var bytes: [UInt8] = []
    private let numbers: NumberStyle

    package init(numbers: NumberStyle = .asReceived, reservingCapacity capacity: Int = 0) {
        self.numbers = numbers
        bytes.reserveCapacity(capacity)
    }

    package mutating func write(_ value: JSONValue) {
        let text = value.document.text
        write(value.index, of: value.document, text.span)
    }

    /// Writes the members of `object` for whose key `isKept` holds, and by `rewrite` the values of those for whose key
    /// `isRewritten` holds.
    package mutating func writeObject(
        _ object: JSONObject,
        where isKept: (Span<UInt8>) -> Bool = { _ in true },
        rewriting isRewritten: (Span<UInt8>) -> Bool = { _ in false },
        by rewrite: (inout CanonicalWriter, JSONValue) -> Void = { $0.write($1) }
    ) {
        let document = object.value.document
        let text = document.text
        var members = SortedMembers(of: document, at: object.value.index)
        let start = open()
        while let member = members.next(in: document) {
            let key = text.span.extracting(document.range(of: member))
            guard isKept(key) else { continue }
            writeKey(member, of: document, text.span, startingAt: start)
            if isRewritten(key) {
                rewrite(&self, JSONValue(document: document, index: member &+ 1))
            } else {
                write(member &+ 1, of: document, text.span)
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ index: Int, of document: JSONDocument, _ text: Span<UInt8>) {
        let token = document.tape[index]
        if token.isCanonical { return bytes.append(text.extracting(token.sourceRange)) }
        switch token.kind {
        case .null, .false, .true: bytes.append(text.extracting(document.range(of: index)))
        case .integer, .decimal: writeNumber(JSONValue(document: document, index: index))
        case .string: bytes.appendJSONString(text.extracting(document.range(of: index)))
        case .array: writeArray(index, of: document, text)
        case .object, .sortedObject, .sortedFlatObject: writeObject(index, of: document, text)
        }
    }

    private mutating func writeObject(_ index: Int, of document: JSONDocument, _ text: Span<UInt8>) {
        var members = SortedMembers(of: document, at: index)
        let start = open()
        while let member = members.next(in: document) {
            writeKey(member, of: document, text, startingAt: start)
            write(member &+ 1, of: document, text)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func writeArray(_ index: Int, of document: JSONDocument, _ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "["))
        let end = document.indexAfter(index)
        var item = index &+ 1
        while item < end {
            if item > index &+ 1 { bytes.append(UInt8(ascii: ",")) }
            write(item, of: document, text)
            item = document.indexAfter(item)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Begins an object, and returns where its first member stands.
    private mutating func open() -> Int {
        bytes.append(UInt8(ascii: "{"))
        return bytes.count
    }

    /// The key at `index`, of the next member of the object whose first one stands at `start`.
    private mutating func writeKey(
        _ index: Int,
        of document: JSONDocument,
        _ text: Span<UInt8>,
        startingAt start: Int
    ) {
        if bytes.count > start { bytes.append(UInt8(ascii: ",")) }
        write(index, of: document, text)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func writeNumber(_ value: JSONValue) {
        guard let number = value.number else { return }
        if number.isNegativeZero {
            bytes.append(UInt8(ascii: "0"))
        } else if numbers == .normalized, !number.isInteger, let integer = Int64(exactly: number.double) {
            bytes.append(contentsOf: String(integer).utf8)
        } else {
            number.text.withSpan { bytes.append($0) }
        }
    }
}

extension JSONValue {
    /// The value as canonical JSON.
    package func canonicalBytes(numbers: CanonicalWriter.NumberStyle = .asReceived) -> [UInt8] {
        var writer = CanonicalWriter(numbers: numbers, reservingCapacity: source.count)
        writer.write(self)
        return writer.bytes
    }
}
