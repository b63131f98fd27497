import ArgumentParser
import AuthGraph
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

    @Option(help: "A stored event of a room that `room` made.")
    var head: String

    @Option(help: "Bytes of events to keep in memory.")
    var cacheBytes = 256 << 20

    @Option(help: "Walks from a cold cache, and verifications of signatures, of which the shortest counts.")
    var rounds = 3

    @OptionGroup var figures: FiguresOption

    func run() async throws {
        let store = PostgresStore(
            configuration: PostgresConfiguration(url: database),
            logger: Logger(label: "bench")
        )
        let before = ResidentMemory.byteCount()
        let bench = try await ChainBench(store: store, head: EventID(head), cacheByteCount: cacheBytes)
        var least = try await timed("graph.chain from a cold cache") { try await bench.walk() }
        report(bench.graph, since: before)
        _ = try await timed("the same, remembered") { try await bench.walk() }
        _ = try await timed("the whole chain verified by the rules") { try await bench.verify() }
        report(bench.graph, since: before)
        let (signatures, ed25519) = try await measureSignatures(bench)
        for _ in 1..<max(2, rounds) {
            let cold = try await ChainBench(store: store, head: EventID(head), cacheByteCount: cacheBytes)
            least = min(least, try await timed("graph.chain from a cold cache") { try await cold.walk() })
        }
        await store.close()
        try figures.record("chain.walk", least)
        try figures.record("chain.signatures", signatures)
        try figures.record("chain.ed25519", ed25519)
    }

    /// The least time of the whole chain with signatures and of Ed25519 alone, which take turns: what else goes on takes
    /// its share of both.
    private func measureSignatures(_ bench: ChainBench) async throws -> (chain: Duration, ed25519: Duration) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Its end takes up to a second of its own, until it has looked once more for changes.
            group.addTask { await bench.graph.run() }
            defer { group.cancelAll() }
            var (chain, ed25519) = (Duration.seconds(3600), Duration.seconds(3600))
            for _ in 0..<max(1, rounds) {
                let time = try await timed("the whole chain verified with signatures") {
                    try await bench.verifyWithSignatures()
                }
                chain = min(chain, time)
                let bound = try await timed("Ed25519 alone, as many signatures, all cores") {
                    try Ed25519Bench().verify(count: try await bench.walk())
                }
                ed25519 = min(ed25519, bound)
            }
            return (chain, ed25519)
        }
    }

    private func timed(_ name: String, _ body: () async throws -> Int) async throws -> Duration {
        let start = ContinuousClock.now
        let count = try await body()
        let duration = ContinuousClock.now - start
        let column = name.padding(toLength: 46, withPad: " ", startingAt: 0)
        print(column + String(format: "%9.3f s  %d events", duration / .seconds(1), count))
        return duration
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
