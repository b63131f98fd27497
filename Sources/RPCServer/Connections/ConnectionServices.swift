import JSONRPC

/// What the connections of a server share.
struct ConnectionServices: Sendable {
    let respond: Responder
    let limits: ConnectionLimits
    let inboundBudget: InboundBudget
    let pages: Pages
    let authentication: (any Authentication)?

    /// A session of someone who has shown nothing but where they come from.
    func session(of caller: Caller, from address: String) -> Session {
        guard let authentication else { return Session(caller) { _ throws(RPCError) in throw .unauthenticated } }
        return Session(caller) { token throws(RPCError) in
            try authentication.caller(showing: token, from: address)
        }
    }
}
