import JSONRPC

/// What the connections of a server share.
struct ConnectionServices: Sendable {
    let respond: Responder
    let limits: ConnectionLimits
    let inboundBudget: InboundBudget
    let pages: Pages
    let authentication: (any Authentication)?

    /// A session of whoever the connection itself tells.
    func session(from origin: ConnectionOrigin) -> Session {
        let certified = origin.certificateNames.flatMap { authentication?.caller(withCertificateFor: $0) }
        let caller = certified ?? origin.anonymous
        guard let authentication else { return Session(caller) { _ throws(RPCError) in throw .unauthenticated } }
        return Session(caller) { token throws(RPCError) in
            try authentication.caller(showing: token, from: origin.address)
        }
    }
}
