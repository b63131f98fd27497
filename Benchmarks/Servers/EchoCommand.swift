import ArgumentParser
import CanonicalJSON
import Foundation
import JSONRPC
import Logging
import RPCServer
import ServiceLifecycle
import UnixSignals

/// The bound that a service on this framing cannot beat: every line gets the same answer.
struct EchoCommand: AsyncParsableCommand {
    /// How much of the way a request goes.
    enum Depth: String, CaseIterable, ExpressibleByArgument {
        /// Framing and sockets alone.
        case line
        /// The JSON-RPC envelope too: the method `echo`, which takes no parameters, always answers the same.
        case envelope
    }

    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Answers every line with bytes of a fixed size, until it is told to stop."
    )

    @Option(help: "Where to listen: unix:PATH or tcp:HOST:PORT. May be given several times.")
    var listen: [ListenAddress]

    @Option(help: "Bytes of an answer.")
    var replyBytes = 300

    @Option(help: "How much of the way a request goes: line or envelope.")
    var depth = Depth.line

    @Option(help: "Threads that serve connections.")
    var eventLoops = 2

    func run() async throws {
        var configuration = ServerConfiguration(addresses: listen)
        configuration.eventLoopCount = eventLoops
        let logger = Logger(label: "echo")
        let server = RPCServer(
            configuration: configuration,
            logger: logger,
            pages: Pages(health: Health(), metrics: { [] }, openRPC: []),
            reportListening: { addresses in
                for address in addresses {
                    FileHandle.standardError.write(Data("listening on \(address)\n".utf8))
                }
            },
            respond: responder
        )
        let group = ServiceGroup(
            services: [server],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await group.run()
    }

    private var responder: Responder {
        switch depth {
        case .line:
            let reply = Self.filling(byteCount: replyBytes).bytes
            return { _, _ in .ready(reply) }
        case .envelope:
            let result = Self.filling(byteCount: replyBytes - #"{"jsonrpc":"2.0","id":1,"result":}"#.utf8.count)
            let echo = Method("echo", summary: "Answers the same to everything.", result: .any) { _ in .done(result) }
            let info = ServiceInfo(title: "echo", version: "0", summary: "An echo to measure against.")
            let dispatcher = Dispatcher(methods: [echo], info: info)
            return { dispatcher.respond(to: $0, in: $1) }
        }
    }

    /// An object of so many bytes, or the smallest there is.
    private static func filling(byteCount: Int) -> JSONFragment {
        let count = max(0, byteCount - #"{"echo":""}"#.utf8.count)
        return JSONFragment {
            $0.object { writer in
                writer.key("echo")
                writer.string(String(repeating: "x", count: count))
            }
        }
    }
}

extension ListenAddress: ExpressibleByArgument {
    package init?(argument: String) {
        guard let address = try? ListenAddress(parsing: argument) else { return nil }
        self = address
    }
}
