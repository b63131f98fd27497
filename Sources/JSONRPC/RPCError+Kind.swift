extension RPCError {
    /// A line of the error table: what errors of one kind have in common. The raw value is the stable `reason`.
    package enum Kind: String, CaseIterable, Sendable {
        case parseError = "parse_error"
        case invalidRequest = "invalid_request"
        case methodNotFound = "method_not_found"
        case invalidParams = "invalid_params"
        case internalDefect = "internal"
        case eventsMissing = "events_missing"
        case unknownRoomVersion = "unknown_room_version"
        case storeUnavailable = "store_unavailable"
        case deadlineExceeded = "deadline_exceeded"
        case overloaded
        case tooLarge = "too_large"
        case unauthenticated
        case forbidden
        case graphCorrupt = "graph_corrupt"
        case keysMissing = "keys_missing"
        case readOnly = "read_only"

        package var reason: String { rawValue }

        package var code: Int {
            switch self {
            case .parseError: -32_700
            case .invalidRequest: -32_600
            case .methodNotFound: -32_601
            case .invalidParams: -32_602
            case .internalDefect: -32_603
            case .eventsMissing: -32_001
            case .unknownRoomVersion: -32_002
            case .storeUnavailable: -32_003
            case .deadlineExceeded: -32_004
            case .overloaded: -32_005
            case .tooLarge: -32_006
            case .unauthenticated, .forbidden: -32_007
            case .graphCorrupt: -32_008
            case .keysMissing: -32_009
            case .readOnly: -32_010
            }
        }

        /// Whether the same request may succeed if it is sent again.
        package var isRetryable: Bool {
            switch self {
            case .storeUnavailable, .deadlineExceeded, .overloaded: true
            case .parseError, .invalidRequest, .methodNotFound, .invalidParams, .internalDefect, .eventsMissing,
                .unknownRoomVersion, .tooLarge, .unauthenticated, .forbidden, .graphCorrupt, .keysMissing,
                .readOnly:
                false
            }
        }

        /// When it is given, for the description of the service.
        package var summary: String {
            switch self {
            case .parseError: "The message is not JSON, not UTF-8, nested too deep, or has a key twice."
            case .invalidRequest: "The message is not a JSON-RPC 2.0 request."
            case .methodNotFound: "There is no such method."
            case .invalidParams: "A parameter is absent, of the wrong type, or not what it must be."
            case .internalDefect: "A defect of the service."
            case .eventsMissing: "Events needed for a decision are neither sent nor stored."
            case .unknownRoomVersion: "The room version is not known."
            case .storeUnavailable: "The database is away or too slow."
            case .deadlineExceeded: "timeout_ms ran out."
            case .overloaded: "Too many requests are waiting."
            case .tooLarge: "A message, batch, reply or auth graph is over its limit."
            case .unauthenticated: "The credentials are absent or wrong."
            case .forbidden: "The credential's role does not cover the method."
            case .graphCorrupt: "A cycle, an event whose content does not match its id, or two rooms in one chain."
            case .keysMissing: "Signatures cannot be checked for want of a server's key."
            case .readOnly: "The events are a homeserver's own, which nothing writes here."
            }
        }

        /// What every method may answer, whatever it does.
        static let ofEveryMethod: [Kind] = [
            .invalidParams, .internalDefect, .deadlineExceeded, .overloaded, .tooLarge, .unauthenticated, .forbidden,
        ]
    }
}
