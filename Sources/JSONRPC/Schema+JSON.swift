import CanonicalJSON

extension Schema {
    /// Writes the schema as JSON Schema (draft 7), which OpenRPC uses.
    func write(to writer: inout JSONWriter) {
        writer.object { writeMembers(to: &$0) }
    }

    private func writeMembers(to writer: inout JSONWriter) {
        switch self {
        case .any: return
        case .string: writer.member("type", "string")
        case .boolean: writer.member("type", "boolean")
        case .integer(let range): Self.writeInteger(in: range, to: &writer)
        case .oneOf(let words):
            writer.member("type", "string")
            writer.member("enum", words.map(\.description))
        case .array(let items):
            writer.member("type", "array")
            writer.key("items")
            items.write(to: &writer)
        case .map(let values):
            writer.member("type", "object")
            writer.key("additionalProperties")
            values.write(to: &writer)
        case .object(let members): Self.writeObject(of: members, to: &writer)
        case .nullable(let schema): Self.writeChoice(of: [schema, nil], to: &writer)
        case .either(let schemas): Self.writeChoice(of: schemas, to: &writer)
        case .named(let name, _): writer.member("$ref", "#/components/schemas/\(name)")
        }
    }

    private static func writeInteger(in range: ClosedRange<Int64>, to writer: inout JSONWriter) {
        writer.member("type", "integer")
        if range.lowerBound != .min {
            writer.key("minimum")
            writer.integer(range.lowerBound)
        }
        if range.upperBound != .max {
            writer.key("maximum")
            writer.integer(range.upperBound)
        }
    }

    private static func writeObject(of members: [Parameter], to writer: inout JSONWriter) {
        writer.member("type", "object")
        writer.key("properties")
        writer.object { writer in
            for member in members {
                writer.key(member.name)
                writer.object { writer in
                    writer.key("description")
                    writer.string(member.summary)
                    member.schema.writeMembers(to: &writer)
                }
            }
        }
        let required = members.filter(\.isRequired).map(\.name.description)
        if !required.isEmpty { writer.member("required", required) }
    }

    /// Any of `schemas`; `nil` among them is null.
    private static func writeChoice(of schemas: [Schema?], to writer: inout JSONWriter) {
        writer.key("anyOf")
        writer.array { writer in
            for schema in schemas {
                writer.object { writer in
                    if let schema { schema.writeMembers(to: &writer) } else { writer.member("type", "null") }
                }
            }
        }
    }
}
