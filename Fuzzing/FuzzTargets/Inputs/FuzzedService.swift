import AuthGraph
import AuthorizationService
import EventAuthorization
import EventTestSupport
import JSONRPC
import MatrixEvents
import RPCTestSupport

/// A service that has the sample room stored, with methods that answer late, fail and answer much beside its own.
struct FuzzedService: Sendable {
    let dispatcher: Dispatcher
    let room: SampleRoom

    private static let whole = Task { try await FuzzedService() }

    /// A service for `message`. What stores events gets one of its own: what is answered must not depend on what other
    /// inputs left behind.
    static func shared(for message: [UInt8]) async throws -> FuzzedService {
        message.contains("events.put".utf8) ? try await FuzzedService() : try await whole.value
    }

    init() async throws {
        room = try SampleRoom()
        let graph = AuthGraph(store: MemoryEventStore())
        let accepted = StoredOutcome(verdict: .allow, rule: "fuzz", isRejected: false)
        _ = try await graph.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: accepted) })
        let service = AuthorizationService(graph: graph) { $0.detail }
        dispatcher = Dispatcher(methods: service.methods + TestService.methods, info: AuthorizationService.info)
    }
}
