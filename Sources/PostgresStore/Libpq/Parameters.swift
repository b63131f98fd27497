/// A statement's parameters in PostgreSQL's binary format, one after the other in a single buffer.
///
/// Nothing is quoted or escaped: every value goes with its length.
struct Parameters {
    /// Never empty, so that an empty value at the end also has an address: libpq reads a null pointer as SQL's null.
    private var buffer: [UInt8] = [0]
    /// Where each parameter lies in the buffer; nil for null.
    private var ranges: [Range<Int>?] = []

    mutating func append(_ text: String?) {
        append(text.map { Array($0.utf8) })
    }

    mutating func append(_ bytes: [UInt8]?) {
        guard let bytes else {
            ranges.append(nil)
            return
        }
        appendValue { $0.append(contentsOf: bytes) }
    }

    mutating func append(_ integer: Int64) {
        appendValue { $0.append(bigEndian: integer) }
    }

    mutating func append(_ integers: [Int32]) {
        appendArray(of: .int4, integers) { $0.append(bigEndian: $1) }
    }

    mutating func append(_ integers: [Int64?]) {
        appendArray(of: .int8, integers) { $0.append(bigEndian: $1) }
    }

    mutating func append(_ truths: [Bool]) {
        appendArray(of: .bool, truths) { $0.append($1 ? 1 : 0) }
    }

    mutating func append(_ texts: [String?]) {
        appendArray(of: .text, texts) { $0.append(contentsOf: $1.utf8) }
    }

    mutating func append(_ byteStrings: [(some Collection<UInt8>)?]) {
        appendArray(of: .bytea, byteStrings) { $0.append(contentsOf: $1) }
    }

    /// Calls `body` with pointers to the values and their lengths, as `PQsendQueryPrepared` takes them.
    func withPointers<Result>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32]) -> Result
    ) -> Result {
        buffer.withUnsafeBytes { bytes in
            let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
            let values = ranges.map { range in range.flatMap { start?.advanced(by: $0.lowerBound) } }
            return body(values, ranges.map { Int32($0?.count ?? 0) })
        }
    }

    private mutating func appendValue(_ write: (inout [UInt8]) -> Void) {
        let start = buffer.count
        write(&buffer)
        ranges.append(start..<buffer.count)
    }

    mutating func appendArray<Element>(
        of type: PostgresType,
        _ elements: [Element],
        write: (inout [UInt8], Element) -> Void
    ) {
        appendArray(of: type, elements.lazy.map(Optional.some), write: write)
    }

    /// Writes an array of one dimension as `array_recv` reads it: dimensions, whether there are nulls, the element type,
    /// and, for the one dimension, its length and lower bound; then each element after its length, which is -1 for null.
    private mutating func appendArray<Element>(
        of type: PostgresType,
        _ elements: some Collection<Element?>,
        write: (inout [UInt8], Element) -> Void
    ) {
        appendValue { buffer in
            buffer.append(bigEndian: Int32(elements.isEmpty ? 0 : 1))
            buffer.append(bigEndian: Int32(elements.contains { $0 == nil } ? 1 : 0))
            buffer.append(bigEndian: type.rawValue)
            guard !elements.isEmpty else { return }
            buffer.append(bigEndian: Int32(elements.count))
            buffer.append(bigEndian: Int32(1))
            for element in elements {
                buffer.appendWithLength(element, write: write)
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian integer: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: integer.bigEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func appendWithLength<Value>(_ value: Value?, write: (inout [UInt8], Value) -> Void) {
        let lengthStart = count
        append(bigEndian: Int32(-1))
        guard let value else { return }
        let start = count
        write(&self, value)
        let length = UInt32(count - start)
        for byte in 0..<4 {
            self[lengthStart + byte] = UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32(byte)))
        }
    }
}
