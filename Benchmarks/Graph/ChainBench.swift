import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import JSONRPC
import MatrixEvents

/// What there is to do with the whole auth chain of one stored event. Each returns how many events there
/// were, that one among them.
struct ChainBench {
    let graph: AuthGraph
    private let head: EventID
    private let roomID: RoomID
    private let dispatcher: Dispatcher

    /// - Parameter head: an event of a room that `RoomCommand` made, whose servers' keys are known.
    init(store: any EventStore, head: EventID, cacheByteCount: Int) async throws {
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheByteCount
        limits.walkEventCount = 2_000_000
        graph = AuthGraph(store: store, limits: limits)
        self.head = head
        // Asked of the store, so that the cache stays cold.
        guard let row = try await store.load([head], outcomesOf: []).events.first else {
            throw ValidationError("\(head) is not stored")
        }
        roomID = row.roomID
        let service = AuthorizationService(graph: graph) { $0.detail }
        dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
    }

    func walk() async throws -> Int {
        let chain = try await graph.chain(of: [head], in: roomID)
        guard chain.missing.isEmpty else { throw ValidationError("\(chain.missing.count) events are missing") }
        return chain.ids.count + 1
    }

    /// Every event decided by the rules, whatever was decided before.
    func verify() async throws -> Int {
        var verification = try await graph.verification(of: [head], in: roomID, anew: true)
        try await verification.forEachPage { verification, page in _ = verification.decide(page) }
        guard verification.verdicts(of: [head])[head] == .allow else {
            throw ValidationError("the chain denies \(head)")
        }
        return verification.progress.total
    }

    /// The same with every event's signatures, as a client asks for it.
    func verifyWithSignatures() async throws -> Int {
        guard case .waiting(let work) = dispatcher.respond(to: request, in: .local), let reply = await work(),
            ReplyGist(line: reply[...]).resultCount == 1
        else { throw ValidationError("the chain was not verified") }
        return try await walk()
    }

    private var request: [UInt8] {
        let params: TestJSON = [
            "event_id": .string(head.description), "checks": ["chain", "signatures"], "timeout_ms": 600_000,
            "keys": .signingKeys(of: RoomCommand.servers),
        ]
        return (["jsonrpc": "2.0", "id": 1, "method": "auth.check", "params": params] as TestJSON).bytes
    }
}
