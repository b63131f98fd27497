import EventTestSupport

/// Something that no client should send, and what it gets for it.
struct BadInput: Sendable {
    /// What is sent, on a connection of its own.
    enum Sent: Sendable {
        /// A line to the unix socket.
        case line([UInt8])
        /// A line's beginning, and nothing after it.
        case lineStart([UInt8])
        /// A call with these parameters, as a line.
        case call(String, TestJSON)
        /// An `auth.check` of a good event of room version 11, with another value under a key, or none.
        case event(String, TestJSON?)
        /// Bytes by HTTP to the unix socket.
        case http([UInt8])
        /// The beginning of an HTTP request, and nothing after it.
        case httpStart([UInt8])
        /// A line to the TCP listener, which asks for credentials.
        case strangersLine([UInt8])
        /// Bytes by HTTP to the TCP listener.
        case strangersHTTP([UInt8])
    }

    /// What comes back.
    enum Answer: Sendable {
        /// An error with this code and reason, whose message says this; `at` is where in `params` something is wrong.
        case error(Int64, String, at: String? = nil, says: String)
        /// No error but a decision: the event is denied by this rule.
        case denial(rule: String, says: String)
        /// Nothing at all.
        case nothing
    }

    let name: String
    let sent: Sent
    /// By HTTP, the status.
    var status: Int?
    let answer: Answer
    /// Whether the connection ends with the answer. Otherwise it goes on to serve.
    var endsConnection = false
}

extension BadInput.Answer {
    static func parseError(_ says: String) -> Self { .error(-32_700, "parse_error", says: says) }
    static func invalidRequest(_ says: String) -> Self { .error(-32_600, "invalid_request", says: says) }
    static func noMethod(_ says: String) -> Self { .error(-32_601, "method_not_found", says: says) }
    static func tooLarge(_ says: String) -> Self { .error(-32_006, "too_large", says: says) }
    static let unauthenticated = Self.error(-32_007, "unauthenticated", says: "The credentials are absent or wrong.")
    static let tooSlow = Self.error(-32_004, "deadline_exceeded", says: "The request's time ran out")

    /// `path` is a JSON pointer into `params`, at which something else is expected.
    static func wrong(at path: String, expected: String) -> Self {
        .error(-32_602, "invalid_params", at: path, says: "Expected \(expected) at \(path).")
    }

    static func missing(_ count: Int) -> Self {
        .error(-32_001, "events_missing", says: "Of the events needed, \(count) were neither sent nor stored.")
    }
}

extension BadInput {
    static func line(_ name: String, _ text: String, gets answer: Answer, thenEnds: Bool = false) -> BadInput {
        BadInput(name: name, sent: .line(Array(text.utf8)), answer: answer, endsConnection: thenEnds)
    }

    static func line(_ name: String, bytes: [UInt8], gets answer: Answer) -> BadInput {
        BadInput(name: name, sent: .line(bytes), answer: answer)
    }

    static func call(_ name: String, _ method: String, _ params: TestJSON, gets answer: Answer) -> BadInput {
        BadInput(name: name, sent: .call(method, params), answer: answer)
    }

    static func event(_ name: String, _ key: String, _ value: TestJSON?, gets answer: Answer) -> BadInput {
        BadInput(name: name, sent: .event(key, value), answer: answer)
    }

    /// An event that is no event of its room version: the rule `format.` and `key` denies it.
    static func malformed(_ name: String, _ key: String, _ value: TestJSON?, says: String) -> BadInput {
        event(name, key, value, gets: .denial(rule: "format.\(key)", says: says))
    }

    static func http(
        _ name: String,
        _ request: String,
        _ status: Int,
        gets answer: Answer,
        thenEnds: Bool = false
    ) -> BadInput {
        let sent = Sent.http(Array(request.utf8))
        return BadInput(name: name, sent: sent, status: status, answer: answer, endsConnection: thenEnds)
    }

    /// An HTTP request with a body, and the length of that where the headers say nothing of it.
    static func request(_ start: String, _ headers: [String] = [], body: String = good) -> String {
        let isSized = headers.contains { $0.hasPrefix("Content-Length") || $0.hasPrefix("Transfer-Encoding") }
        let length = isSized ? [] : ["Content-Length: \(body.utf8.count)"]
        return (["\(start) HTTP/1.1", "Host: test"] + headers + length).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// A request that is in order.
    static let good = #"{"jsonrpc":"2.0","id":"good","method":"auth.rules","params":{"room_version":"11"}}"#
}
