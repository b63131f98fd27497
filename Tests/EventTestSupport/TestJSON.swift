package import CanonicalJSON
import MatrixEvents

/// JSON in a test, as Swift literals: `["users": ["@alice:a": 100], "ban": .raw("50.0")]`.
package enum TestJSON: Sendable {
    case object([(key: String, value: TestJSON)])
    case array([TestJSON])
    case string(String)
    /// A JSON text that no literal gives, such as `-0`.
    case raw(String)

    package func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.object { writer in
                for (key, value) in members {
                    writer.key(UTF8Text(key))
                    value.write(to: &writer)
                }
            }
        case .array(let items):
            writer.array { writer in
                for item in items { item.write(to: &writer) }
            }
        case .string(let string): writer.string(string)
        case .raw(let text): writer.raw(text.utf8)
        }
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The object with another value under `key`, or without it where `value` is `nil`.
    package func setting(_ key: String, to value: TestJSON?) -> TestJSON {
        guard case .object(var members) = self else { return self }
        let index = members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
        if let index { members.remove(at: index) }
        if let value { members.insert((key, value), at: index ?? members.endIndex) }
        return .object(members)
    }

    /// The object with the members of `other`, which replace its own.
    package func merging(_ other: TestJSON) -> TestJSON {
        guard case .object(let members) = other else { return self }
        return members.reduce(self) { $0.setting($1.key, to: $1.value) }
    }

    /// What `value` of a parsed document says.
    package init(_ value: JSONValue) {
        self = .raw(String(decoding: value.source, as: UTF8.self))
    }
}

extension TestJSON: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, TestJSON)...) {
        self = .object(elements.map { (key: $0.0, value: $0.1) })
    }
}

extension TestJSON: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: TestJSON...) {
        self = .array(elements)
    }
}

extension TestJSON: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension TestJSON: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) {
        self = .raw(String(value))
    }
}

extension TestJSON: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) {
        self = .raw(value ? "true" : "false")
    }
}

extension TestJSON: ExpressibleByNilLiteral {
    package init(nilLiteral: ()) {
        self = .raw("null")
    }
}
