import ArgumentParser
import AuthGraph
import EventAuthorization
import EventTestSupport
import Foundation
import MatrixEvents

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

    @OptionGroup var figures: FiguresOption

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
        try figures.record("member", Double(resident) / Double(max(1, statistics.eventCount)))
        print("budget     \(cacheBytes * 3 / 4) bytes for these, \(statistics.cited.evictionCount) evicted")
    }
}

extension TestRoom {
    /// A join that nobody has signed, which takes a fifth of the time to make.
    func unsignedJoin(_ number: Int) throws -> Event {
        let user = UserID(stringLiteral: "@user_with_a_name_\(number):homeserver.example")
        var template = try template(.member, by: user, stateKey: user.description, content: ["membership": "join"])
        template.signers = []
        return try template.event()
    }
}
