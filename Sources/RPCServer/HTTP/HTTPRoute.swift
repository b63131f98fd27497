import JSONRPC
import NIOHTTP1

/// What is found under an HTTP request's path.
enum HTTPRoute {
    case messages, live, ready, metrics, openRPC

    init?(path uri: String) {
        switch uri.prefix(while: { $0 != "?" }) {
        case "/", "/rpc": self = .messages
        case "/health/live": self = .live
        case "/health/ready": self = .ready
        case "/metrics": self = .metrics
        case "/openrpc.json": self = .openRPC
        default: return nil
        }
    }

    var methods: [HTTPMethod] {
        switch self {
        case .messages: [.POST]
        case .live, .ready, .metrics, .openRPC: [.GET, .HEAD]
        }
    }

    /// Whether it is there for those alone who have shown credentials, on listeners that ask for them.
    var needsCredentials: Bool {
        switch self {
        case .messages, .metrics: true
        case .live, .ready, .openRPC: false
        }
    }
}

/// Why an HTTP request is answered without having been looked at further.
struct HTTPRefusal: Error {
    var status: HTTPResponseStatus
    let error: RPCError
    var headers: HTTPHeaders = [:]
}

extension HTTPRefusal {
    /// As HTTP speaks of an error that a whole message came to.
    init(_ error: RPCError) {
        self.init(status: HTTPResponseStatus(of: error.kind), error: error, headers: HTTPHeaders(of: error.kind))
    }

    static let notFound = HTTPRefusal(
        status: .notFound,
        error: .invalidRequest(
            explanation: "messages go to / or /rpc; there are also /health, /metrics and /openrpc.json"
        )
    )

    static func methodNotAllowed(_ allowed: [HTTPMethod]) -> HTTPRefusal {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return HTTPRefusal(
            status: .methodNotAllowed,
            error: .invalidRequest(explanation: "the path takes \(names)"),
            headers: ["allow": names]
        )
    }

    static let mediaType = HTTPRefusal(
        status: .unsupportedMediaType,
        error: .invalidRequest(explanation: "the content type must be application/json")
    )
    static let contentCoding = HTTPRefusal(
        status: .unsupportedMediaType,
        error: .invalidRequest(explanation: "the body must come as it is, with no content encoding"),
        headers: ["accept-encoding": "identity"]
    )
    static let expectation = HTTPRefusal(
        status: .expectationFailed,
        error: .invalidRequest(explanation: "the only expectation that can be met is 100-continue")
    )
    /// A browser says where a request comes from; a page that somebody opens must not act in their name.
    static let webPage = HTTPRefusal(
        status: .forbidden,
        error: .invalidRequest(explanation: "web pages are not answered: there is an Origin header")
    )
    static let timeout = HTTPRefusal(status: .requestTimeout, error: .deadlineExceeded)

    static func malformed(_ explanation: String) -> HTTPRefusal {
        HTTPRefusal(status: .badRequest, error: .parseError(explanation: explanation))
    }
}

extension HTTPRefusal {
    /// The limit that the request met, if that is why it is refused.
    var limitMet: LimitMet? {
        switch status {
        case .payloadTooLarge: .messageBytes
        case .serviceUnavailable: .inboundBytes
        default: nil
        }
    }
}

extension HTTPResponseStatus {
    /// Every reply to a well-formed request is a 200, one that holds an error too.
    init(of kind: RPCError.Kind) {
        switch kind {
        case .parseError: self = .badRequest
        case .unauthenticated: self = .unauthorized
        case .forbidden: self = .forbidden
        case .tooLarge: self = .payloadTooLarge
        case .overloaded: self = .serviceUnavailable
        case .invalidRequest, .methodNotFound, .invalidParams, .internalDefect, .eventsMissing, .unknownRoomVersion,
            .storeUnavailable, .deadlineExceeded, .graphCorrupt, .keysMissing, .readOnly:
            self = .ok
        }
    }
}

extension HTTPHeaders {
    /// What HTTP adds to an error that a whole message came to.
    init(of kind: RPCError.Kind) {
        switch kind {
        case .overloaded: self = ["retry-after": "1"]
        case .unauthenticated: self = ["www-authenticate": "Bearer"]
        default: self = [:]
        }
    }
}
