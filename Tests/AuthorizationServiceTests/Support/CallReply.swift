import CanonicalJSON
import MatrixEvents
import Testing

/// The reply to one call, whose result or error the tests ask for.
struct CallReply {
    let object: JSONObject

    var text: String { String(decoding: object.value.source, as: UTF8.self) }

    /// The result; a failure of the test where there is an error instead.
    func result(_ location: SourceLocation = #_sourceLocation) throws -> JSONObject {
        try #require(object["result"]?.object, "\(text)", sourceLocation: location)
    }

    /// The error; a failure of the test where there is a result instead.
    func error(_ location: SourceLocation = #_sourceLocation) throws -> CallError {
        CallError(try #require(object["error"]?.object, "\(text)", sourceLocation: location))
    }
}

struct CallError {
    let code: Int64?
    let reason: String?
    let isRetryable: Bool?
    let data: JSONObject?

    init(_ error: JSONObject) {
        code = error["code"]?.number?.int64
        data = error["data"]?.object
        reason = data?["reason"]?.text?.string
        isRetryable = data?["retryable"]?.bool
    }

    /// The JSON pointer to the parameter that is wrong.
    var path: String? { data?.string("path") }
    var missing: [String]? { data?.strings("missing") }
}

extension JSONObject {
    func string(_ key: StaticString) -> String? { self[key]?.text?.string }
    func strings(_ key: StaticString) -> [String]? { self[key]?.array?.compactMap { $0.text?.string } }
    func objects(_ key: StaticString) -> [JSONObject]? { self[key]?.array?.compactMap(\.object) }

    /// Verdict, rule, gate and disposition of a decision: `deny member.join.banned auth_events reject`.
    var gist: String {
        ["verdict", "rule", "gate", "disposition"].compactMap { string($0) }.joined(separator: " ")
    }
}
