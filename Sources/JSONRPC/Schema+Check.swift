import CanonicalJSON

/// Where a value is not what its schema asks for.
struct SchemaMismatch: Error, Equatable {
    let path: JSONPointer
    let expected: String
}

extension Schema {
    /// Throws the first mismatch; `path` is where `value` lies.
    func check(_ value: JSONValue, at path: @autoclosure () -> JSONPointer) throws(SchemaMismatch) {
        switch self {
        case .any: return
        case .string: try require(value.kind == .string, at: path())
        case .boolean: try require(value.bool != nil, at: path())
        case .integer(let range): try require(value.number?.int64.map(range.contains) ?? false, at: path())
        case .oneOf(let words): try require(words.contains { value.isString($0) }, at: path())
        case .array(let items): try checkItems(of: value, against: items, at: path())
        case .map(let values): try checkValues(of: value, against: values, at: path())
        case .object(let members): try checkMembers(of: value, against: members, at: path())
        case .nullable(let schema): if !value.isNull { try schema.check(value, at: path()) }
        case .either(let schemas): try require(schemas.contains { $0.accepts(value) }, at: path())
        case .named(_, let schema): try schema.check(value, at: path())
        }
    }

    private func accepts(_ value: JSONValue) -> Bool {
        do {
            try check(value, at: JSONPointer())
            return true
        } catch {
            return false
        }
    }

    private func require(_ condition: Bool, at path: @autoclosure () -> JSONPointer) throws(SchemaMismatch) {
        guard condition else { throw SchemaMismatch(path: path(), expected: expectation) }
    }

    private func checkItems(
        of value: JSONValue,
        against schema: Schema,
        at path: @autoclosure () -> JSONPointer
    ) throws(SchemaMismatch) {
        guard let array = value.array else { throw SchemaMismatch(path: path(), expected: expectation) }
        var index = 0
        for item in array {
            try schema.check(item, at: path().appending(index))
            index += 1
        }
    }

    private func checkValues(
        of value: JSONValue,
        against schema: Schema,
        at path: @autoclosure () -> JSONPointer
    ) throws(SchemaMismatch) {
        if case .any = schema { return try require(value.kind == .object, at: path()) }
        guard let object = value.object else { throw SchemaMismatch(path: path(), expected: expectation) }
        for member in object {
            try schema.check(member.value, at: path().appending(member.key))
        }
    }

    private func checkMembers(
        of value: JSONValue,
        against members: [Parameter],
        at path: @autoclosure () -> JSONPointer
    ) throws(SchemaMismatch) {
        guard let object = value.object else { throw SchemaMismatch(path: path(), expected: expectation) }
        for member in members {
            if let found = object[member.name] {
                try member.schema.check(found, at: path().appending(member.name.description))
            } else if member.isRequired {
                let path = path().appending(member.name.description)
                throw SchemaMismatch(path: path, expected: member.schema.expectation)
            }
        }
    }
}

extension JSONValue {
    fileprivate func isString(_ literal: StaticString) -> Bool {
        text.map { $0 == literal } ?? false
    }
}
