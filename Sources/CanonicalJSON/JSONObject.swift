/// The members of a JSON object, in the order they were written. No key stands twice.
package struct JSONObject: Sequence, Sendable {
    package typealias Member = (key: UTF8Text, value: JSONValue)

    package let value: JSONValue

    /// The value under `key`, or `nil` where the object has no such key.
    package subscript(key: StaticString) -> JSONValue? {
        member(under: unsafe Span(_unsafeStart: key.utf8Start, count: key.utf8CodeUnitCount))
    }

    /// The value under `key`, or `nil` where the object has no such key.
    package subscript(key: UTF8Text) -> JSONValue? {
        key.withSpan { member(under: $0) }
    }

    package func makeIterator() -> Iterator {
        Iterator(document: value.document, cursor: value.index + 1, end: value.indexAfter)
    }

    package var isEmpty: Bool { value.index + 1 == value.indexAfter }

    /// Whether the keys stand in ascending byte order, as canonical JSON has them.
    var isSorted: Bool { value.token.isSorted }

    /// The same object in a document of its own, so that it does not keep a larger one in memory.
    package func detached() -> JSONObject {
        guard let object = value.detached().object else {
            preconditionFailure("What was read once as an object is read again as one")
        }
        return object
    }

    /// The object without members.
    package static let empty: JSONObject = {
        guard let object = try? JSONDocument(parsing: "{}").root.object else {
            preconditionFailure("{} is an object")
        }
        return object
    }()

    package struct Iterator: IteratorProtocol {
        let document: JSONDocument
        var cursor: Int
        let end: Int

        package mutating func next() -> Member? {
            guard cursor < end, let key = JSONValue(document: document, index: cursor).text else { return nil }
            let value = JSONValue(document: document, index: cursor + 1)
            cursor = value.indexAfter
            return (key, value)
        }
    }
}
