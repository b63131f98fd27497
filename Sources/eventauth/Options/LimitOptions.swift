import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import JSONRPC
import RPCServer

/// How much a server takes on, and for how long.
struct LimitOptions: ParsableArguments {
    @Option(help: "Connections of clients at the same time.")
    var maxConnections = ServerConfiguration.standard.connectionCount

    @Option(help: "Requests that wait for the database or for long work, all connections together.")
    var inFlight = Dispatcher.Limits().waitingCount

    @Option(help: "Requests in one batch.")
    var batchSize = Dispatcher.Limits().batchCount

    @Option(help: "Bytes that one message may have.")
    var messageBytes = ConnectionLimits().messageByteCount

    @Option(help: "Bytes of messages that have arrived in part, all connections together.")
    var inboundBytes = ServerConfiguration.standard.inboundByteCount

    @Option(help: "Bytes of answers that clients have yet to take, all connections together.")
    var outboundBytes = ServerConfiguration.standard.outboundByteCount

    @Option(help: "Seconds that one message may take to arrive.")
    var messageTimeout = ConnectionLimits().messageTimeout / .seconds(1)

    @Option(help: "Seconds that a client may take none of its answers, give or take a quarter.")
    var writeTimeout = ConnectionLimits().writeTimeout / .seconds(1)

    @Option(help: "Seconds that an HTTP connection may be idle.")
    var idleTimeout = ConnectionLimits().idleTimeout / .seconds(1)

    @Option(
        help: "Seconds that a method may take, as graph.chain=60. May be given several times.",
        transform: Self.methodTimeout
    )
    var timeout: [(method: String, limit: Duration)] = []

    @Option(help: "Seconds after which a client is sent to connect anew, give or take a tenth; 0 for never.")
    var connectionAge = 0.0

    @Option(help: "Seconds that a server which is told to stop goes on, saying only that it is not ready.")
    var drainWait = 0.0

    @Option(help: "Seconds that requests in flight have after that.")
    var drainTimeout = ServerConfiguration.standard.drainTimeout / .seconds(1)

    func validate() throws {
        try checkMethods()
        for (name, count) in [
            ("max-connections", maxConnections), ("in-flight", inFlight), ("batch-size", batchSize),
        ] {
            guard (1...10_000_000).contains(count) else { throw ValidationError("--\(name) is from 1 to 10000000") }
        }
        guard (1...JSONDocument.lengthLimit).contains(messageBytes) else {
            throw ValidationError("--message-bytes is from 1 to \(JSONDocument.lengthLimit)")
        }
        guard inboundBytes >= messageBytes else {
            throw ValidationError("--inbound-bytes is no less than --message-bytes")
        }
        guard outboundBytes >= 1 << 20 else { throw ValidationError("--outbound-bytes is no less than 1048576") }
        for (name, seconds) in [
            ("message-timeout", messageTimeout), ("write-timeout", writeTimeout), ("idle-timeout", idleTimeout),
        ] {
            guard (0.001...86_400).contains(seconds) else {
                throw ValidationError("--\(name) is from 0.001 to 86400 seconds")
            }
        }
        for (name, seconds) in [
            ("connection-age", connectionAge), ("drain-wait", drainWait), ("drain-timeout", drainTimeout),
        ] {
            guard (0...86_400).contains(seconds) else { throw ValidationError("--\(name) is from 0 to 86400 seconds") }
        }
    }

    private func checkMethods() throws {
        guard !timeout.isEmpty else { return }
        // Methods can be listed without the events that they would be asked of.
        let service = AuthorizationService(graph: AuthGraph(store: MemoryEventStore())) { $0.detail }
        let names = (service.methods.map(\.name) + Dispatcher.ownMethods).map(\.description)
        for (method, _) in timeout where !names.contains(method) {
            let hint = method.nearest(among: names).map { "; did you mean \($0)?" } ?? ""
            throw ValidationError("--timeout: \(method) is no method\(hint)")
        }
    }

    var ofCalls: Dispatcher.Limits {
        var limits = Dispatcher.Limits()
        limits.batchCount = batchSize
        limits.waitingCount = inFlight
        limits.timeLimits = Dictionary(timeout.map { ($0.method, $0.limit) }) { _, last in last }
        return limits
    }

    var ofConnections: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.messageByteCount = messageBytes
        limits.messageTimeout = .seconds(messageTimeout)
        limits.writeTimeout = .seconds(writeTimeout)
        limits.idleTimeout = .seconds(idleTimeout)
        return limits
    }

    private static func methodTimeout(_ text: String) throws -> (method: String, limit: Duration) {
        let parts = text.split(separator: "=")
        guard parts.count == 2, let seconds = Double(parts[1]), (0.001...86_400).contains(seconds) else {
            throw ValidationError("--timeout is a method and seconds from 0.001 to 86400, as graph.chain=60")
        }
        return (String(parts[0]), .seconds(seconds))
    }
}

extension ServerConfiguration {
    /// What a server does where nothing else is said.
    fileprivate static let standard = ServerConfiguration(addresses: [])
}
