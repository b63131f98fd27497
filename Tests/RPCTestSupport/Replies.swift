package import CanonicalJSON
package import JSONRPC

extension Dispatcher {
    /// The whole answer as text; `nil` where there is none.
    package func answer(to message: String) async -> String? {
        switch respond(to: Array(message.utf8), in: .local) {
        case .nothing: nil
        case .ready(let bytes), .refused(_, let bytes): String(decoding: bytes, as: UTF8.self)
        case .waiting(let work): await work().map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The answer to `message`, which must be one object, as JSON.
    package func object(answering message: String) async throws -> JSONObject? {
        try await answer(to: message).flatMap { try JSONDocument(parsing: $0).root.object }
    }

    /// The objects of the array that `message` is answered with.
    package func objects(answering message: String) async throws -> [JSONObject]? {
        try await answer(to: message).flatMap { try JSONDocument(parsing: $0).root.array?.compactMap(\.object) }
    }
}

extension JSONObject {
    /// The code of the error that the reply holds.
    package var errorCode: Int64? { self["error"]?.object?["code"]?.number?.int64 }

    /// What the error that the reply holds says beyond code and message.
    package var errorData: JSONObject? { self["error"]?.object?["data"]?.object }

    /// `id` as it stands in the reply.
    package var idSource: String? { self["id"].map { String(decoding: $0.source, as: UTF8.self) } }

    /// `result` as it stands in the reply.
    package var resultSource: String? { self["result"].map { String(decoding: $0.source, as: UTF8.self) } }
}

/// What a reply says without its wording: `1=19` for a result, `null!-32600` for an error, `[…]` for a batch.
package func gist(of reply: String) throws -> String {
    let root = try JSONDocument(parsing: reply).root
    if let replies = root.array {
        return "[" + replies.map { $0.object?.gist ?? "?" }.joined(separator: " ") + "]"
    }
    return root.object?.gist ?? "?"
}

extension JSONObject {
    fileprivate var gist: String {
        let outcome = resultSource.map { "=" + $0 } ?? errorCode.map { "!\($0)" } ?? "?"
        return (idSource ?? "?") + outcome
    }
}
