import JSONRPC
import NIOCore
import NIOSSL

/// Where a connection comes from, found out once for all of its requests.
struct ConnectionOrigin {
    /// The client's address; `unix` for a unix socket.
    let address: String
    /// What the client's certificate was issued for, which TLS has verified; `nil` where it showed none.
    let certificateNames: [String]?
    /// Who reaches the listener without showing anything.
    let anonymous: Caller

    init(_ context: ChannelHandlerContext, anonymous: Caller) {
        address = context.remoteAddress?.ipAddress ?? "unix"
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        certificateNames = tls?.peerCertificate?.dnsNames
        self.anonymous = anonymous
    }
}
