import JSONRPC
import NIOCore
import NIOHTTP1

/// A request as far as it has arrived: where it goes, whose it is, and its body. Or why it is refused.
struct HTTPRequest {
    let head: HTTPRequestHead
    let route: HTTPRoute
    let session: Session
    private(set) var body = ByteBuffer()

    /// Throws where the head alone says that the request will not be carried out.
    init(_ head: HTTPRequestHead, session: Session, messageLimit: Int) throws(HTTPRefusal) {
        if head.headers.contains(name: "origin") { throw .webPage }
        guard let route = HTTPRoute(path: head.uri) else { throw .notFound }
        guard route.methods.contains(head.method) else { throw .methodNotAllowed(route.methods) }
        self.head = head
        self.route = route
        self.session = session
        if route.needsCredentials { try Self.authenticate(head, session) }
        guard route == .messages else { return }
        try Self.checkMediaType(head)
        try Self.checkExpectation(head)
        if let text = head.headers.first(name: "content-length"), let length = Int(text), length > messageLimit {
            throw .tooLarge(messageLimit)
        }
    }

    /// Whether the client waits for a word before it sends the body.
    var awaitsContinue: Bool {
        route == .messages && head.headers.contains(name: "expect")
    }

    /// Throws once there is more than a message may have.
    mutating func append(_ bytes: ByteBuffer, messageLimit: Int) throws(HTTPRefusal) {
        guard body.readableBytes + bytes.readableBytes <= messageLimit else { throw .tooLarge(messageLimit) }
        guard body.readableBytes > 0 else {
            body = bytes
            return
        }
        var bytes = bytes
        body.writeBuffer(&bytes)
    }

    private static func authenticate(_ head: HTTPRequestHead, _ session: Session) throws(HTTPRefusal) {
        do throws(RPCError) {
            if try caller(head, session).roles.isEmpty { throw .unauthenticated }
        } catch {
            var refusal = HTTPRefusal(error)
            if case .overloaded = error { refusal.status = .tooManyRequests }
            throw refusal
        }
    }

    private static func caller(_ head: HTTPRequestHead, _ session: Session) throws(RPCError) -> Caller {
        guard let value = head.headers.first(name: "authorization") else { return session.caller }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .unauthenticated }
        return try session.authenticate(token: String(parts[1]))
    }

    private static func checkMediaType(_ head: HTTPRequestHead) throws(HTTPRefusal) {
        if let coding = head.headers.first(name: "content-encoding"), coding.lowercased() != "identity" {
            throw .contentCoding
        }
        guard let value = head.headers.first(name: "content-type") else { return }
        let type = value.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard ["application/json", "application/json-rpc", "application/jsonrequest"].contains(type) else {
            throw .mediaType
        }
    }

    private static func checkExpectation(_ head: HTTPRequestHead) throws(HTTPRefusal) {
        guard let value = head.headers.first(name: "expect") else { return }
        guard value.lowercased() == "100-continue" else { throw .expectation }
    }
}

extension HTTPRefusal {
    static func tooLarge(_ messageLimit: Int) -> HTTPRefusal {
        HTTPRefusal(.tooLarge(what: "the message", limit: messageLimit, unit: .bytes))
    }
}

extension HTTPRequestHead {
    /// Whether another request may follow. What follows an offer to speak something else is not parsed.
    var allowsAnother: Bool {
        isKeepAlive && method != .CONNECT && !headers.contains(name: "upgrade")
    }
}
