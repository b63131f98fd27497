package import JSONRPC
package import NIOCore

extension RPCServer {
    /// Serves one connection that no listener accepted, as those of a unix socket are served.
    package static func serve(
        _ connection: any Channel,
        _ configuration: ServerConfiguration,
        pages: Pages,
        limitsMet: LimitCounters = LimitCounters(),
        respond: @escaping Responder
    ) throws {
        let services = ConnectionServices(configuration, pages: pages, limitsMet: limitsMet, respond: respond)
        let acceptor = ConnectionAcceptor(
            configuration,
            services: services,
            loops: LoopWatch(connection.eventLoop),
            connections: ConnectionRegistry()
        )
        try acceptor.setUp(connection, on: .unix(path: ""))
    }
}
