package import CanonicalJSON

extension RPCError {
    /// Writes the error object: `code`, `message`, and `data` with `reason`, `retryable` and what the kind adds.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("code")
            writer.integer(kind.code)
            writer.key("message")
            writer.string(message)
            writer.key("data")
            writer.object { writer in
                kind.writeCommonData(to: &writer)
                writeAddedData(to: &writer)
            }
        }
    }

    private func writeAddedData(to writer: inout JSONWriter) {
        switch self {
        case .parseError, .invalidRequest, .deadlineExceeded, .unauthenticated, .readOnly: return
        case .methodNotFound(let method): writer.member("method", method)
        case .invalidParams(let path, let expected):
            writer.member("path", path.text)
            writer.member("expected", expected)
        case .internalDefect(let incident): writer.member("incident", incident)
        case .eventsMissing(let ids): writer.member("missing", ids)
        case .unknownRoomVersion(let version, let known):
            writer.member("room_version", version)
            writer.member("known", known)
        case .storeUnavailable(let retryAfter), .overloaded(let retryAfter):
            writer.key("retry_after_ms")
            writer.integer(retryAfter.wholeMilliseconds)
        case .tooLarge(_, let limit, let unit):
            writer.key("limit")
            writer.integer(limit)
            writer.member("unit", unit.rawValue)
        case .forbidden(let role): writer.member("role", role)
        case .graphCorrupt(let eventIDs, _): writer.member("event_ids", eventIDs)
        case .keysMissing(let keys):
            writer.key("keys")
            writer.array { writer in
                for key in keys { writer.strings([key.server, key.keyID]) }
            }
        }
    }
}

extension RPCError.Kind {
    /// The members of `data` that every error has.
    func writeCommonData(to writer: inout JSONWriter) {
        writer.member("reason", reason)
        writer.key("retryable")
        writer.bool(isRetryable)
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
