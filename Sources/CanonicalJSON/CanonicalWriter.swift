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
        switch value.token.kind {
        case .null, .false, .true: bytes.append(contentsOf: value.source)
        case .integer, .decimal: writeNumber(value)
        case .string: value.text.map { writeString($0) }
        case .array: value.array.map { writeArray($0) }
        case .object, .sortedObject: value.object.map { writeObject($0) }
        }
    }

    /// Writes the members of `object` for whose key `isKept` holds; `writeValue` writes the values, and returns false
    /// for those that it leaves to the writer.
    package mutating func writeObject(
        _ object: JSONObject,
        where isKept: (UTF8Text) -> Bool = { _ in true },
        writingValue writeValue: (inout CanonicalWriter, UTF8Text, JSONValue) -> Bool = { _, _, _ in false }
    ) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        func writeMember(_ writer: inout CanonicalWriter, _ member: JSONObject.Member) {
            guard isKept(member.key) else { return }
            if !isFirst { writer.bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            writer.writeString(member.key)
            writer.bytes.append(UInt8(ascii: ":"))
            if !writeValue(&writer, member.key, member.value) { writer.write(member.value) }
        }
        if object.isSorted {
            for member in object { writeMember(&self, member) }
        } else {
            for member in object.sorted(by: { $0.key < $1.key }) { writeMember(&self, member) }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func writeArray(_ array: JSONArray) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for item in array {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(item)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func writeNumber(_ value: JSONValue) {
        guard let number = value.number else { return }
        if number.isNegativeZero {
            bytes.append(UInt8(ascii: "0"))
        } else if numbers == .normalized, !number.isInteger, let integer = Int64(exactly: number.double) {
            bytes.append(contentsOf: String(integer).utf8)
        } else {
            bytes.append(contentsOf: value.source)
        }
    }

    package mutating func writeString(_ text: UTF8Text) {
        bytes.appendJSONString(text)
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
