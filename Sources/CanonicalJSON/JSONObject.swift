/// The members of a JSON object, in the order they were written. No key stands twice.
package struct JSONObject: Sequence, Sendable {
    package typealias Member = (key: UTF8Text, value: JSONValue)

    package let value: JSONValue

    /// The value under `key`, or `nil` where the object has no such key.
    package subscript(key: StaticString) -> JSONValue? {
        value.document.value(under: key, ofObjectAt: value.index)
    }

    /// The value under `key`, or `nil` where the object has no such key.
    package subscript(key: UTF8Text) -> JSONValue? {
        key.withSpan { value.document.value(under: $0, ofObjectAt: value.index) }
    }

    // MARK: In one step, which counts fewer references

    /// The string under `key`, or `nil` where the object has none.
    package func text(_ key: StaticString) -> UTF8Text? {
        value.document.indexOfValue(under: key, ofObjectAt: value.index).flatMap { value.document.string(at: $0) }
    }

    /// The object under `key`, or `nil` where the object has none.
    package func object(_ key: StaticString) -> JSONObject? {
        value.document.value(under: key, ofObjectAt: value.index)?.object
    }

    /// What kind of value stands under `key`; `nil` where the object has no such key.
    package func kind(of key: StaticString) -> JSONValue.Kind? {
        value.document.indexOfValue(under: key, ofObjectAt: value.index).map { value.document.kind(at: $0) }
    }

    package func makeIterator() -> Iterator {
        Iterator(document: value.document, cursor: value.index + 1, end: value.indexAfter)
    }

    /// Whether `condition` holds for every value.
    package func allValues(_ condition: (JSONValue) -> Bool) -> Bool {
        var cursor = value.index + 1
        while cursor < value.indexAfter {
            let member = JSONValue(document: value.document, index: cursor + 1)
            guard condition(member) else { return false }
            cursor = member.indexAfter
        }
        return true
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
