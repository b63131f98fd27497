package import CanonicalJSON

/// A request's parameters, whether given by name or by position, checked against the method's declaration.
///
/// `null` stands for an absent parameter, so that a position can be left out. An object, since many hold on to the same.
package final class Params: Sendable {
    /// Whose request it is.
    package let origin: CallOrigin
    /// Those given by name; none where they are given by position.
    private let named: JSONObject
    /// Those given by position; `nil` where they are given by name.
    private let positional: [JSONValue]?
    private let declared: [Parameter]

    /// Throws `invalid_params` for a parameter that is not declared, required and absent, or not what its schema says.
    init(_ value: JSONValue?, declared: [Parameter], from origin: CallOrigin) throws(RPCError) {
        self.origin = origin
        self.declared = declared
        named = value?.object ?? .empty
        positional = value?.array.map { Array($0) }
        if let positional { try checkPositional(positional) } else { try checkNamed() }
        try checkRequired()
    }

    package var session: Session { origin.session }

    /// The parameter `name`, or `nil` where it is absent or `null`.
    package subscript(name: StaticString) -> JSONValue? {
        guard let value = positional == nil ? named[name] : positionalValue(of: name), !value.isNull else { return nil }
        return value
    }

    private func positionalValue(of name: StaticString) -> JSONValue? {
        let position = position(of: name)
        guard let positional, position < positional.count else { return nil }
        return positional[position]
    }

    /// The parameters that are given, in the order of their declaration.
    package var given: [(name: StaticString, value: JSONValue)] {
        declared.compactMap { parameter in self[parameter.name].map { (parameter.name, $0) } }
    }

    // MARK: Parameters that may be absent

    package func optionalString(_ name: StaticString) -> UTF8Text? { self[name]?.text }
    package func optionalBool(_ name: StaticString) -> Bool? { self[name]?.bool }
    package func optionalInteger(_ name: StaticString) -> Int64? { self[name]?.number?.int64 }
    package func optionalObject(_ name: StaticString) -> JSONObject? { self[name]?.object }
    package func optionalArray(_ name: StaticString) -> JSONArray? { self[name]?.array }

    // MARK: Parameters that the method cannot do without

    package func string(_ name: StaticString) throws(RPCError) -> UTF8Text {
        try require(optionalString(name), name)
    }

    package func integer(_ name: StaticString) throws(RPCError) -> Int64 {
        try require(optionalInteger(name), name)
    }

    package func object(_ name: StaticString) throws(RPCError) -> JSONObject {
        try require(optionalObject(name), name)
    }

    package func array(_ name: StaticString) throws(RPCError) -> JSONArray {
        try require(optionalArray(name), name)
    }

    private func require<Value>(_ value: Value?, _ name: StaticString) throws(RPCError) -> Value {
        guard let value else {
            throw .invalidParams(path: path(to: name), expected: declared[position(of: name)].schema.expectation)
        }
        return value
    }

    // MARK: Errors

    /// Where the parameter `name` lies in the request's `params`: `/event` or, by position, `/0`.
    package func path(to name: StaticString) -> JSONPointer {
        guard positional == nil else { return JSONPointer().appending(position(of: name)) }
        return JSONPointer().appending(name.description)
    }

    private func position(of name: StaticString) -> Int {
        guard let position = declared.firstIndex(where: { $0.name.description == name.description }) else {
            preconditionFailure("Cannot read the parameter \(name), which the method does not declare")
        }
        return position
    }
}

extension Params {
    private func checkNamed() throws(RPCError) {
        for (key, value) in named {
            guard let position = declared.firstIndex(where: { key == $0.name }) else {
                throw .invalidParams(path: JSONPointer().appending(key), expected: expectedNames)
            }
            if value.isNull { continue }
            try check(value, against: declared[position], at: JSONPointer().appending(key))
        }
    }

    private func checkPositional(_ values: [JSONValue]) throws(RPCError) {
        guard values.count <= declared.count else {
            throw .invalidParams(path: JSONPointer().appending(declared.count), expected: expectedCount)
        }
        for (position, (value, parameter)) in zip(values, declared).enumerated() where !value.isNull {
            try check(value, against: parameter, at: JSONPointer().appending(position))
        }
    }

    private func check(
        _ value: JSONValue,
        against parameter: Parameter,
        at path: @autoclosure () -> JSONPointer
    ) throws(RPCError) {
        do {
            try parameter.schema.check(value, at: path())
        } catch {
            throw .invalidParams(path: error.path, expected: error.expected)
        }
    }

    private func checkRequired() throws(RPCError) {
        for parameter in declared where parameter.isRequired {
            _ = try require(self[parameter.name], parameter.name)
        }
    }

    private var expectedNames: String {
        guard !declared.isEmpty else { return "no parameters" }
        return "one of the parameters " + declared.map(\.name.description).joined(separator: ", ")
    }

    private var expectedCount: String {
        declared.isEmpty ? "no parameters" : "at most \(declared.count) parameters"
    }
}
