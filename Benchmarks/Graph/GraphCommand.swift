import ArgumentParser
import AuthGraph
import EventAuthorization
import EventTestSupport
import Foundation
import Logging
import MatrixEvents
import PostgresStore

/// Times walks and verifications of a chain that lies in a database, and what they take of memory.
struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Times the walk and the verification of an event's auth chain from a database."
    )

    @Option(help: "The database, as libpq takes it.")
    var database: String

    @Option(help: "A stored event.")
    var head: String

    @Option(help: "Bytes of events to keep in memory.")
    var cacheBytes = 256 << 20

    func run() async throws {
        let configuration = PostgresConfiguration(url: database)
        let store = PostgresStore(configuration: configuration, logger: Logger(label: "bench"))
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheBytes
        limits.walkEventCount = 2_000_000
        let graph = AuthGraph(store: store, limits: limits)
        let head = EventID(head)
        guard let event = try await graph.load(EventNeeds(cited: [head]))[head]?.first?.event else {
            throw ValidationError("\(head) is not stored")
        }
        let before = ResidentMemory.byteCount()
        let chain = try await timed("graph.chain from a cold cache") {
            try await graph.chain(of: [head], in: event.roomID)
        }
        print("  \(chain.ids.count) events, \(chain.missing.count) missing")
        report(graph, since: before)
        _ = try await timed("the same, remembered") { try await graph.chain(of: [head], in: event.roomID) }
        try await timed("the whole chain verified by the rules") {
            var verification = try await graph.verification(of: [head], in: event.roomID, anew: true)
            while let page = try await verification.nextPage() { _ = try verification.decide(page) }
            print("  \(verification.verdicts(of: [head])[head].map { "\($0)" } ?? "no verdict")")
        }
        report(graph, since: before)
        await store.close()
    }

    private func timed<Value>(_ name: String, _ body: () async throws -> Value) async rethrows -> Value {
        let start = ContinuousClock.now
        let value = try await body()
        print(name.padding(toLength: 46, withPad: " ", startingAt: 0), ContinuousClock.now - start)
        return value
    }

    private func report(_ graph: AuthGraph, since before: Int) {
        let statistics = graph.statistics
        print(
            "  \(statistics.queryCount) queries; \(statistics.eventCount) events and \(statistics.walkCount) walks in memory"
        )
        print(
            "  \(statistics.byteCount >> 20) MiB accounted, \((ResidentMemory.byteCount() - before) >> 20) MiB resident"
        )
    }
}

/// Fills the cache with memberships, and holds what it accounts for against what the process takes.
struct MemoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Measures what a cached membership takes, accounted and resident, and whether the budget is kept."
    )

    @Option(help: "Memberships.")
    var members = 1_000_000

    @Option(help: "Rooms that they are spread over.")
    var rooms = 10

    @Option(help: "Bytes of events to keep in memory.")
    var cacheBytes = 1 << 30

    func run() async throws {
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheBytes
        limits.flagLifetime = .seconds(86_400)
        let graph = AuthGraph(store: NoStore(), limits: limits)
        let outcome = StoredOutcome(verdict: .allow, rule: "benchmark", isRejected: false)
        let before = ResidentMemory.byteCount()
        for room in 0..<rooms {
            let furnished = try TestRoom.furnished(.v11, id: "memory-\(room)")
            _ = try await graph.save(furnished.events.map { NewEvent($0, pdu: [], outcome: outcome) })
            for start in stride(from: 0, to: members / rooms, by: 1_000) {
                let joins = try (start..<start + 1_000).map { try furnished.unsignedJoin($0) }
                _ = try await graph.save(joins.map { NewEvent($0, pdu: [], outcome: outcome) })
            }
        }
        let statistics = graph.statistics
        let resident = ResidentMemory.byteCount() - before
        print("\(statistics.eventCount) of \(members) memberships in \(statistics.roomCount) rooms are in memory")
        print("accounted  \(statistics.byteCount) bytes, \(statistics.byteCount / max(1, statistics.eventCount)) each")
        print("resident   \(resident) bytes, \(resident / max(1, statistics.eventCount)) each")
        print(String(format: "resident / accounted  %.2f", Double(resident) / Double(max(1, statistics.byteCount))))
        print("budget     \(cacheBytes * 3 / 4) bytes for these, \(statistics.cited.evictionCount) evicted")
    }
}

enum ResidentMemory {
    /// What `process` takes of memory.
    static func byteCount(of process: String = "self") -> Int {
        let pages = (try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8))?.split(separator: " ")
        return pages.flatMap { $0.dropFirst().first.flatMap { Int($0) } }.map { $0 * 4_096 } ?? 0
    }
}

extension TestRoom {
    /// A join that nobody has signed, which takes a fifth of the time to make.
    fileprivate func unsignedJoin(_ number: Int) throws -> Event {
        let user = UserID(stringLiteral: "@user_with_a_name_\(number):homeserver.example")
        var template = try template(.member, by: user, stateKey: user.description, content: ["membership": "join"])
        template.signers = []
        return try template.event()
    }
}

/// Takes everything and keeps nothing.
private struct NoStore: EventStore {
    func load(_ ids: [EventID], outcomesOf known: [EventID]) async throws(EventStoreError) -> LoadedRows {
        LoadedRows()
    }

    func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {}

    func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {}

    func save(_ events: [NewEvent]) async throws(EventStoreError) -> [Bool] { events.map { _ in true } }

    func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError) {}

    func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {}

    func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]? { nil }

    func saveState(_ ids: [EventID], of roomID: RoomID) async throws(EventStoreError) {}

    func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async {}
}
