import CanonicalJSON

/// One request or notification, as the envelope has it (JSON-RPC 2.0, section 4).
struct Call: Sendable {
    let method: UTF8Text
    /// An object or an array, or `nil` where there are none.
    let params: JSONValue?
    /// Echoed as it was written; `nil` in a notification, which is never answered.
    let id: JSONValue?
    /// The whole of it.
    let envelope: JSONObject

    init(_ value: JSONValue) throws(InvalidCall) {
        guard let envelope = value.object else {
            throw InvalidCall(id: nil, explanation: "a request is an object")
        }
        let id = envelope["id"]
        if let id, !id.isUsableAsID {
            throw InvalidCall(id: nil, explanation: "id must be a string, a number or null")
        }
        guard let version = envelope.text("jsonrpc"), version == "2.0" else {
            throw InvalidCall(id: id, explanation: "jsonrpc must be \"2.0\"")
        }
        guard let method = envelope.text("method") else {
            throw InvalidCall(id: id, explanation: "method must be a string")
        }
        params = try Self.params(of: envelope, id: id)
        self.method = method
        self.id = id
        self.envelope = envelope
    }

    private static func params(of object: JSONObject, id: JSONValue?) throws(InvalidCall) -> JSONValue? {
        guard let params = object["params"] else { return nil }
        switch params.kind {
        case .object, .array: return params
        case .null: return nil
        case .bool, .integer, .decimal, .string:
            throw InvalidCall(id: id, explanation: "params must be an object or an array")
        }
    }
}

/// Something that stands where a request should and is none. It is answered even without an id.
struct InvalidCall: Error {
    let id: JSONValue?
    let explanation: String
}

extension JSONValue {
    fileprivate var isUsableAsID: Bool {
        switch kind {
        case .string, .integer, .decimal, .null: true
        case .bool, .array, .object: false
        }
    }
}
