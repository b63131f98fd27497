import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Metrics
import Synchronization
import Testing

@testable import JSONRPC

/// The service's methods behind a dispatcher, with a store that a test can look into.
///
/// Every reply is held against what the method declares: a result against its schema, an error against its list.
struct TestedService {
    let store: ScriptedStore
    let graph: AuthGraph
    let methods: [Method]
    let dispatcher: Dispatcher
    let incidents: IncidentLog
    /// Every decision is taken down, and made again from its line alone.
    private let decisions = DecisionLog(of: .all)
    private let lines: AuthorizationService
    private let remakesDecisions: Bool

    /// - Parameters:
    ///   - store: what is stored already; the service itself has nothing in memory yet.
    ///   - remakesDecisions: whether decisions are made again, which asks for keys again.
    init(
        store: ScriptedStore = ScriptedStore(),
        keys: ServerKeys = ServerKeys(store: MemoryServerKeyStore()),
        cacheByteLimit: Int = 1 << 20,
        flagLifetime: Duration = .seconds(3600),
        walkEventCount: Int = 100_000,
        metrics: any MetricsFactory = MetricsSystem.factory,
        remakesDecisions: Bool = true
    ) {
        self.store = store
        self.remakesDecisions = remakesDecisions
        let incidents = IncidentLog()
        self.incidents = incidents
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheByteLimit
        limits.flagLifetime = flagLifetime
        // Tests that keep the cores busy must not make a store look slow.
        limits.loadTime = .seconds(60)
        limits.walkEventCount = walkEventCount
        graph = AuthGraph(store: store, limits: limits)
        let service = AuthorizationService(graph: graph, keys: keys, metrics: metrics, decisionLog: decisions) {
            incidents.add($0)
        }
        // What lines need is asked of nobody who counts.
        lines = AuthorizationService(graph: AuthGraph(store: store.events), keys: keys) { $0.detail }
        methods = service.methods
        dispatcher = Dispatcher(methods: methods, info: AuthorizationService.info)
    }

    /// A service that has `rooms` stored, and nothing in memory.
    static func storing(_ rooms: TestRoom...) async throws -> TestedService {
        let store = ScriptedStore()
        for room in rooms { _ = try await TestedService(store: store).put(room.events, of: room.version) }
        store.forgetCounts()
        return TestedService(store: store)
    }

    /// Runs `body` while the graph carries out loads for all callers together, as it does in a server.
    func serving<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await graph.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Calls `method` and waits for the reply.
    func call(
        _ method: String,
        _ params: TestJSON,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> CallReply {
        let message: TestJSON = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params]
        let reply = try #require(await answer(to: message.bytes), sourceLocation: location)
        let object = try #require(try JSONDocument(parsing: reply).root.object, sourceLocation: location)
        try hold(object, againstDeclarationOf: method, location)
        if remakesDecisions { try await remakeDecisions(location) }
        return CallReply(object: object)
    }

    /// The lines of the decisions that were made since this was asked for last.
    func takeDecisionLines() async -> [[UInt8]] {
        var taken: [[UInt8]] = []
        for record in decisions.takeAll() { taken.append(await lines.line(of: record).bytes) }
        return taken
    }

    private func remakeDecisions(_ location: SourceLocation) async throws {
        let lines = await takeDecisionLines()
        // Of many a part: each takes a service of its own.
        for index in stride(from: 0, to: lines.count, by: max(1, lines.count / 5)) {
            let line = lines[index]
            let replay = try await DecisionReplay(line: line)
            guard case .differs(let answer) = replay.outcome else { continue }
            let (was, now) = (replay.recorded.value.source, answer.value.source)
            let comment: Comment =
                "\(String(decoding: was, as: UTF8.self)) is now \(String(decoding: now, as: UTF8.self))"
            Issue.record(comment, sourceLocation: location)
        }
    }

    /// The reply as it goes out; `nil` where there is none.
    func answer(to message: [UInt8], in session: Session = .local) async -> [UInt8]? {
        switch dispatcher.respond(to: message, in: session) {
        case .nothing: nil
        case .ready(let bytes), .refused(_, let bytes): bytes
        case .waiting(let work): await work()
        }
    }

    func check(_ params: TestJSON, _ location: SourceLocation = #_sourceLocation) async throws -> CallReply {
        try await call("auth.check", params, location)
    }

    /// Stores `events`; a failure of the test where that is refused.
    @discardableResult
    func put(
        _ events: [Event],
        of version: RoomVersion,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> [JSONObject] {
        let params: TestJSON = ["room_version": .string(version.rawValue), "events": .events(events)]
        return try #require(try await call("events.put", params, location).result(location).objects("results"))
    }

    private func hold(_ reply: JSONObject, againstDeclarationOf name: String, _ location: SourceLocation) throws {
        guard let method = methods.first(where: { $0.name.description == name }) else { return }
        if let result = reply["result"] {
            #expect(throws: Never.self, sourceLocation: location) {
                try method.result.check(result, at: JSONPointer())
            }
            #expect(method.result.undeclaredMembers(of: result).isEmpty, sourceLocation: location)
        } else {
            let reason = reply["error"]?.object?["data"]?.object?.string("reason")
            let declared = (method.errors + RPCError.Kind.ofEveryMethod).map(\.reason)
            #expect(declared.contains(reason ?? "no reason"), sourceLocation: location)
        }
    }
}

/// What the service reported to its operator.
final class IncidentLog: Sendable {
    private let incidents = Mutex<[String]>([])

    var details: [String] { incidents.withLock { $0 } }

    func add(_ incident: Incident) -> String {
        incidents.withLock { incidents in
            incidents.append(incident.detail)
            return "incident-\(incidents.count)"
        }
    }
}

extension Schema {
    /// Pointers to what `value` has and the schema does not tell of.
    func undeclaredMembers(of value: JSONValue, at path: String = "") -> [String] {
        switch self {
        case .any, .string, .boolean, .integer, .oneOf, .map: []
        case .named(_, let schema), .nullable(let schema): schema.undeclaredMembers(of: value, at: path)
        case .either(let schemas):
            schemas.map { $0.undeclaredMembers(of: value, at: path) }.min { $0.count < $1.count } ?? []
        case .array(let items):
            value.array?.enumerated().flatMap { items.undeclaredMembers(of: $1, at: "\(path)/\($0)") } ?? []
        case .object(let members):
            value.object?.flatMap { key, value -> [String] in
                let member = members.first { key == $0.name }
                return member?.schema.undeclaredMembers(of: value, at: "\(path)/\(key)") ?? ["\(path)/\(key)"]
            } ?? []
        }
    }
}
