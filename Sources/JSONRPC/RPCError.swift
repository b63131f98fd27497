/// Why a request got no decision: the `error` of a reply. A denial is a result and never one of these.
package enum RPCError: Error, Equatable, Sendable {
    case parseError(explanation: String)
    case invalidRequest(explanation: String)
    case methodNotFound(method: String)
    /// The value at `path`, a pointer into `params`, is not what the method expects there.
    case invalidParams(path: JSONPointer, expected: String)
    /// A defect of the service; `incident` is what its log calls it.
    case internalDefect(incident: String)
    /// Events needed for a decision are neither sent nor stored.
    case eventsMissing(ids: [String])
    case unknownRoomVersion(String, known: [String])
    case storeUnavailable(retryAfter: Duration)
    case deadlineExceeded
    case overloaded(retryAfter: Duration)
    /// `what` ("the batch") has more of `unit` than `limit`.
    case tooLarge(what: String, limit: Int, unit: Unit)
    case unauthenticated
    case forbidden(role: String)
    case graphCorrupt(eventIDs: [String], explanation: String)
    case keysMissing([MissingKey])
    case readOnly

    /// What a limit counts.
    package enum Unit: String, Sendable {
        case bytes, requests, events, levels, sets
    }

    /// A key that a signature names and nobody has.
    package struct MissingKey: Equatable, Sendable {
        package let server: String
        package let keyID: String

        package init(server: String, keyID: String) {
            self.server = server
            self.keyID = keyID
        }
    }

    /// The error's line in the error table.
    package var kind: Kind {
        switch self {
        case .parseError: .parseError
        case .invalidRequest: .invalidRequest
        case .methodNotFound: .methodNotFound
        case .invalidParams: .invalidParams
        case .internalDefect: .internalDefect
        case .eventsMissing: .eventsMissing
        case .unknownRoomVersion: .unknownRoomVersion
        case .storeUnavailable: .storeUnavailable
        case .deadlineExceeded: .deadlineExceeded
        case .overloaded: .overloaded
        case .tooLarge: .tooLarge
        case .unauthenticated: .unauthenticated
        case .forbidden: .forbidden
        case .graphCorrupt: .graphCorrupt
        case .keysMissing: .keysMissing
        case .readOnly: .readOnly
        }
    }

    /// One sentence for a person.
    package var message: String {
        switch self {
        case .parseError(let explanation): "The message cannot be parsed: \(explanation)."
        case .invalidRequest(let explanation): "The request is invalid: \(explanation)."
        case .methodNotFound(let method): "There is no method \"\(method)\"."
        case .invalidParams(let path, let expected): "Expected \(expected) at \(path.isRoot ? "params" : path.text)."
        case .internalDefect(let incident): "The service failed; its log has the incident \(incident)."
        case .eventsMissing(let ids): "Of the events needed, \(ids.count) were neither sent nor stored."
        case .unknownRoomVersion(let version, _): "The room version \(version) is not known."
        case .storeUnavailable: "The event store cannot be reached or is too slow."
        case .deadlineExceeded: "The request's time ran out before there was a decision."
        case .overloaded: "Too many requests are waiting."
        case .tooLarge(let what, let limit, let unit): "There are more than \(limit) \(unit.rawValue) in \(what)."
        case .unauthenticated: "The credentials are absent or wrong."
        case .forbidden(let role): "The role \(role) does not cover this method."
        case .graphCorrupt(_, let explanation): "The auth graph is corrupt: \(explanation)."
        case .keysMissing(let keys): "Signatures cannot be checked for want of \(keys.count) keys."
        case .readOnly: "The events are a homeserver's own, which nothing writes here."
        }
    }
}
