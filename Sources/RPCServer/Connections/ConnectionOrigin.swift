import JSONRPC
import NIOCore
import NIOSSL

/// Where a connection comes from, found out once for all of its requests.
struct ConnectionOrigin {
    /// The client's address; `unix` for a unix socket.
    let address: String
    /// Who the client is before it shows a token: by its certificate, which TLS has verified, or by where it connects.
    let standing: Standing

    /// - Parameter anonymous: who reaches the listener without showing anything.
    init(_ context: ChannelHandlerContext, anonymous: Caller, authentication: (any Authentication)?) {
        address = context.remoteAddress?.ipAddress ?? "unix"
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        let names = tls?.peerCertificate?.dnsNames
        standing = names.flatMap { authentication?.standing(withCertificateFor: $0) } ?? Standing(anonymous)
    }
}
