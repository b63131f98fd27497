/// What a value must look like. Parameters are checked against it and the OpenRPC document states it, so that the two
/// cannot differ.
package indirect enum Schema: Sendable {
    case any
    case string
    case boolean
    case integer(in: ClosedRange<Int64>)
    /// One of these strings.
    case oneOf([StaticString])
    case array(of: Schema)
    /// An object with any keys.
    case map(of: Schema)
    /// An object with these members; others may stand beside them.
    case object([Parameter])
    case nullable(Schema)
    /// Either of several, the most telling first.
    case either([Schema])
    /// A schema that the OpenRPC document states once, under `components`.
    case named(StaticString, Schema)

    /// An integer of any size that fits 64 bits.
    package static let integer = Schema.integer(in: .min ... .max)

    /// What the value must be, as a person would say it after "expected".
    package var expectation: String {
        switch self {
        case .any: "a value"
        case .string: "a string"
        case .boolean: "true or false"
        case .integer(let range): Self.expectation(ofIntegersIn: range)
        case .oneOf(let words): "one of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
        case .array: "an array"
        case .map, .object: "an object"
        case .nullable(let schema): schema.expectation + " or null"
        case .either(let schemas): schemas.map(\.expectation).joined(separator: " or ")
        case .named(_, let schema): schema.expectation
        }
    }

    private static func expectation(ofIntegersIn range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): "an integer"
        case (let lower, .max): "an integer of at least \(lower)"
        case (.min, let upper): "an integer of at most \(upper)"
        case (let lower, let upper): "an integer from \(lower) to \(upper)"
        }
    }
}

/// A parameter of a method, or a member of an object: what it is called, what it means and what it must be.
package struct Parameter: Sendable {
    /// ASCII without quotes and backslashes.
    package let name: StaticString
    package let summary: StaticString
    package let schema: Schema
    package let isRequired: Bool

    private init(_ name: StaticString, _ schema: Schema, _ summary: StaticString, isRequired: Bool) {
        self.name = name
        self.summary = summary
        self.schema = schema
        self.isRequired = isRequired
    }

    package static func required(_ name: StaticString, _ schema: Schema, _ summary: StaticString) -> Parameter {
        Parameter(name, schema, summary, isRequired: true)
    }

    package static func optional(_ name: StaticString, _ schema: Schema, _ summary: StaticString) -> Parameter {
        Parameter(name, schema, summary, isRequired: false)
    }
}
