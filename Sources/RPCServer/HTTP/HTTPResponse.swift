import CanonicalJSON
import JSONRPC
import NIOCore
import NIOHTTP1

/// What an HTTP request is answered with.
struct HTTPResponse {
    var status: HTTPResponseStatus
    var contentType = HTTPResponse.json
    var headers: HTTPHeaders = [:]
    var body: [UInt8]

    private static let json = "application/json"

    init(status: HTTPResponseStatus = .ok, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// The answer to a message; `nil` where there is nothing to answer.
    init(_ bytes: [UInt8]?) {
        self.init(status: bytes == nil ? .noContent : .ok, body: bytes ?? [])
    }

    init(_ refusal: HTTPRefusal) {
        self.init(status: refusal.status, body: Reply.failure(refusal.error).bytes ?? [])
        headers = refusal.headers
    }

    /// What stands on a page.
    init(_ route: HTTPRoute, _ pages: Pages, areLoopsTurning: Bool) {
        switch route {
        case .messages, .openRPC: self.init(body: pages.openRPC)
        case .live: self.init(areLoopsTurning ? nil : "event_loops", good: "live", bad: "stuck")
        case .ready: self.init(pages.health.obstacle?.rawValue, good: "ready", bad: "not_ready")
        case .metrics:
            self.init(body: pages.metrics())
            contentType = "text/plain; version=0.0.4; charset=utf-8"
        }
    }

    /// A state of health: well, or why not.
    private init(_ obstacle: String?, good: String, bad: String) {
        let body = JSONFragment(reservingCapacity: 64) { writer in
            writer.object { writer in
                writer.key("status")
                writer.string(obstacle == nil ? good : bad)
                guard let obstacle else { return }
                writer.key("reason")
                writer.string(obstacle)
            }
        }
        self.init(status: obstacle == nil ? .ok : .serviceUnavailable, body: body.bytes)
    }

    /// The head as it goes out in answer to `request`, of which there may be none that could be read.
    func head(answering request: HTTPRequestHead?, closing isLast: Bool) -> HTTPResponseHead {
        var headers = self.headers
        if status != .noContent {
            headers.add(name: "content-type", value: contentType)
            headers.add(name: "content-length", value: String(body.count))
        }
        let version = request?.version ?? .http1_1
        if isLast {
            headers.add(name: "connection", value: "close")
        } else if version == .http1_0 {
            headers.add(name: "connection", value: "keep-alive")
        }
        return HTTPResponseHead(version: version, status: status, headers: headers)
    }
}

extension HTTPResponse {
    /// Writes the response, which leaves with the next flush. Its end fulfils `promise`.
    func write(
        to context: ChannelHandlerContext,
        answering request: HTTPRequestHead?,
        closing isLast: Bool,
        promise: EventLoopPromise<Void>?
    ) {
        func part(_ part: HTTPServerResponsePart) -> NIOAny { NIOAny(part) }
        context.write(part(.head(head(answering: request, closing: isLast))), promise: nil)
        if request?.method != .HEAD, !body.isEmpty {
            context.write(part(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
        context.write(part(.end(nil)), promise: promise)
    }
}
