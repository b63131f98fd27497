import CanonicalJSON
import Glibc
import JSONRPC
import Logging
import RPCServer
import RPCTestSupport
import ServiceLifecycle
import Testing

/// A server that runs for the length of a test.
struct RunningServer: Sendable {
    let address: ListenAddress
    private let group: ServiceGroup

    /// The kinds of sockets that a test can ask for.
    enum SocketKind: CaseIterable, Sendable {
        case unix, tcp, tcp6

        var address: ListenAddress {
            switch self {
            case .unix: .unix(path: newSocketPath())
            case .tcp: .tcp(host: "127.0.0.1", port: 0)
            case .tcp6: .tcp(host: "::1", port: 0)
            }
        }
    }

    /// A path of its own for each call.
    static func newSocketPath() -> String { "/tmp/eventauth-test-\(UInt64.random(in: .min ... .max)).sock" }

    func connect() throws -> TestClient { try TestClient(connectedTo: address) }

    func beginShutdown() async { await group.triggerGracefulShutdown() }

    /// Runs `body` against a server with the test methods and `methods`; returns once the server has stopped.
    static func with(
        _ kind: SocketKind = .unix,
        at address: ListenAddress? = nil,
        methods: [JSONRPC.Method] = [],
        health: Health = Health(),
        limitsMet: LimitCounters = LimitCounters(),
        configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(addresses: [address ?? kind.address])
        configuration.eventLoopCount = 2
        configure(&configuration)
        let dispatcher = TestService.dispatcher(and: methods)
        let (listening, tellListening) = AsyncStream<[ListenAddress]>.makeStream()
        let server = RPCServer(
            configuration: configuration,
            logger: quietLogger,
            pages: Pages(
                health: health,
                metrics: { Array("metric 1\n".utf8) },
                openRPC: dispatcher.openRPCDocument.bytes
            ),
            limitsMet: limitsMet,
            reportListening: { tellListening.yield($0) },
            respond: { dispatcher.respond(to: $0, in: $1) }
        )
        let group = ServiceGroup(services: [server], logger: quietLogger)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                defer { tellListening.finish() }
                try await group.run()
            }
            if let addresses = await listening.first(where: { _ in true }) {
                let running = RunningServer(address: try #require(addresses.first), group: group)
                try await body(running)
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    private static var quietLogger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Something that methods wait for until the test opens it.
actor Gate {
    /// One element for each that has come to the gate.
    nonisolated let arrivals: AsyncStream<Void>
    private nonisolated let arrived: AsyncStream<Void>.Continuation
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var mostWaiting = 0

    init() {
        (arrivals, arrived) = AsyncStream.makeStream()
    }

    func pass() async {
        if isOpen { return }
        await withCheckedContinuation { continuation in
            waiting.append(continuation)
            mostWaiting = max(mostWaiting, waiting.count)
            arrived.yield()
        }
    }

    /// Lets through those that wait, and with `forGood` all that will come.
    func open(forGood: Bool = true) {
        isOpen = forGood
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    /// Returns once `count` more have come.
    nonisolated func waitForArrivals(_ count: Int) async {
        var remaining = count
        for await _ in arrivals {
            remaining -= 1
            if remaining == 0 { return }
        }
    }

    /// The method `hold`, which answers true once the gate is open.
    nonisolated var method: JSONRPC.Method {
        Method("hold", summary: "Waits for the gate.", result: .boolean) { _ in
            .waiting { [self] in
                await pass()
                return JSONFragment { $0.bool(true) }
            }
        }
    }
}
