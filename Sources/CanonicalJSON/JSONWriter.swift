/// Builds a JSON text piece by piece, in the order of the calls.
///
/// Commas are put where they belong; keys and values are escaped as canonical JSON escapes them. Keys are not sorted.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// Whether a comma belongs before the next key or item.
    private var needsComma = false

    package init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// An object whose members `writeMembers` writes.
    package mutating func object(_ writeMembers: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        writeMembers(&self)
        close(UInt8(ascii: "}"))
    }

    /// An array whose items `writeItems` writes.
    package mutating func array(_ writeItems: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        writeItems(&self)
        close(UInt8(ascii: "]"))
    }

    /// The key of the next value. It is written as it stands and must need no escape.
    package mutating func key(_ key: StaticString) {
        let text = unsafe Span(_unsafeStart: key.utf8Start, count: key.utf8CodeUnitCount)
        bytes.append(addingCapacity: text.count + 4) { output in
            if needsComma { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            for offset in text.indices { output.append(text[offset]) }
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: ":"))
        }
        needsComma = false
    }

    /// The key of the next value.
    package mutating func key(_ key: UTF8Text) {
        separate()
        key.withSpan { bytes.appendJSONString($0) }
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: UTF8Text) {
        text.withSpan { string($0) }
    }

    package mutating func string(_ text: String) {
        string(text.utf8Span.span)
    }

    /// A string whose UTF-8 `append` appends.
    package mutating func string(appending append: (inout [UInt8]) -> Void) {
        separate()
        bytes.appendJSONString(appending: append)
    }

    private mutating func string(_ text: Span<UInt8>) {
        separate()
        bytes.appendJSONString(text)
    }

    package mutating func integer(_ value: some BinaryInteger) {
        raw(String(value).utf8)
    }

    package mutating func bool(_ value: Bool) {
        raw(value ? "true".utf8 : "false".utf8)
    }

    package mutating func null() {
        raw("null".utf8)
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }
}
