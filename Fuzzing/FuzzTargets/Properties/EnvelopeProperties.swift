import CanonicalJSON
import JSONRPC

/// Every message is answered as JSON-RPC 2.0 says: each request with an id once, under its id, and nothing else.
func checkEnvelope(_ input: [UInt8]) async throws {
    let bytes: [UInt8]? =
        switch try await FuzzedService.shared(for: input).dispatcher.respond(to: input, in: .local) {
        case .nothing: nil
        case .ready(let bytes), .refused(_, let bytes): bytes
        case .waiting(let work): await work()
        }
    let expected = ExpectedReplies(to: input)
    guard let bytes else { return try hold("what asks for an answer gets one", expected == .nothing) }
    let reply = try JSONDocument(parsing: bytes).root
    switch expected {
    case .nothing: throw BrokenProperty(description: "notifications are not answered")
    case .one(let id): try checkReply(reply, to: id)
    case .batch(let ids):
        guard let replies = reply.array.map({ Array($0) }) else {
            throw BrokenProperty(description: "a batch is answered with a batch")
        }
        try hold("a batch has \(ids.count) replies and not \(replies.count)", replies.count == ids.count)
        for (reply, id) in zip(replies, ids) { try checkReply(reply, to: id) }
    }
}

private func checkReply(_ reply: JSONValue, to id: [UInt8]) throws {
    guard let object = reply.object else { throw BrokenProperty(description: "a reply is an object") }
    try hold("a reply says jsonrpc 2.0", object["jsonrpc"]?.text.map { $0 == "2.0" } ?? false)
    try hold("a reply echoes its id byte for byte", object["id"].map { Array($0.source) == id } ?? false)
    try hold("a reply has a result or an error", (object["result"] == nil) != (object["error"] == nil))
    guard let error = object["error"]?.object else {
        return try hold("an error is an object", object["error"] == nil)
    }
    let data = error["data"]?.object
    let kind = RPCError.Kind.allCases.first { kind in data?["reason"]?.text?.string == kind.reason }
    try hold("an error's reason is one of the table", kind != nil)
    try hold("an error has its reason's code", error["code"]?.number?.int64 == kind.map { Int64($0.code) })
    try hold("an error tells whether to try again", data?["retryable"]?.bool == kind?.isRetryable)
    try hold("an error has a message", error["message"]?.text?.isEmpty == false)
    try hold("nothing is a defect of the service", kind != .internalDefect)
}

/// Whom JSON-RPC 2.0 says to answer, found out without the service's own reading of the envelope.
private enum ExpectedReplies: Equatable {
    case nothing
    /// One reply under this id.
    case one([UInt8])
    case batch([[UInt8]])

    private static let null = Array("null".utf8)

    init(to message: [UInt8]) {
        guard let root = try? JSONDocument(parsing: message).root else {
            self = .one(Self.null)
            return
        }
        guard let items = root.array else {
            self = Self.id(of: root).map { .one($0) } ?? .nothing
            return
        }
        guard 1...Dispatcher.Limits().batchCount ~= items.count else {
            self = .one(Self.null)
            return
        }
        let ids = items.compactMap { Self.id(of: $0) }
        self = ids.isEmpty ? .nothing : .batch(ids)
    }

    /// The id to answer under; `nil` for a notification.
    private static func id(of value: JSONValue) -> [UInt8]? {
        guard let object = value.object else { return null }
        guard let id = object["id"] else { return isRequest(object) ? nil : null }
        switch id.kind {
        case .string, .integer, .decimal, .null: return Array(id.source)
        case .bool, .array, .object: return null
        }
    }

    private static func isRequest(_ object: JSONObject) -> Bool {
        let params = object["params"]
        let mayBeParams = params == nil || params?.object != nil || params?.array != nil || params?.isNull == true
        return object["jsonrpc"]?.text?.string == "2.0" && object["method"]?.text != nil && mayBeParams
    }
}
