/// Something that takes bytes from strangers, with what holds whatever the bytes are.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The JSON reader and the canonical writer, beside Foundation's reader.
    case json
    /// Messages to a dispatcher with all methods of the service.
    case envelope
    /// A connection's bytes, in lines or by HTTP, whole and cut into pieces.
    case http
    /// Reading, checking, naming and redacting events.
    case events
    /// The rules, on rooms that the input's bytes choose.
    case rules

    /// Throws where something that must hold does not hold for `input`.
    package func check(_ input: [UInt8]) async throws {
        switch self {
        case .json: try checkJSON(input)
        case .envelope: try await checkEnvelope(input)
        case .http: try checkConnection(input)
        case .events: try checkEvent(input)
        case .rules: try checkRules(input)
        }
    }
}

/// Something that must hold for every input did not.
package struct BrokenProperty: Error, CustomStringConvertible {
    package let description: String
}

/// Throws unless `condition` holds. `claim` says what does, for whoever looks at an input for which it does not.
func hold(_ claim: @autoclosure () -> String, _ condition: Bool) throws(BrokenProperty) {
    if !condition { throw BrokenProperty(description: claim()) }
}
