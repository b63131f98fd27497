import JSONRPC

/// What the connections of a server share.
struct ConnectionServices: Sendable {
    let respond: Responder
    let limits: ConnectionLimits
    let inboundBudget: InboundBudget
    let outboundBudget: OutboundBudget
    let limitsMet: LimitCounters
    let pages: Pages
    let authentication: (any Authentication)?

    init(
        _ configuration: ServerConfiguration,
        pages: Pages,
        limitsMet: LimitCounters,
        respond: @escaping Responder
    ) {
        self.respond = respond
        self.limitsMet = limitsMet
        self.pages = pages
        limits = configuration.connections
        inboundBudget = InboundBudget(limit: configuration.inboundByteCount)
        outboundBudget = OutboundBudget(limit: configuration.outboundByteCount)
        authentication = configuration.authentication
    }

    /// A session of whoever the connection itself tells.
    ///
    /// - Parameter traceParent: the HTTP request's header of that name.
    func session(from origin: ConnectionOrigin, traceParent: String? = nil) -> Session {
        Session(origin.standing, traceParent: traceParent) { [authentication, limitsMet] token throws(RPCError) in
            guard let authentication else { throw .unauthenticated }
            do throws(RPCError) {
                return try authentication.standing(showing: token, from: origin.address)
            } catch {
                if case .overloaded = error { limitsMet.count(.attempts) }
                throw error
            }
        }
    }
}
