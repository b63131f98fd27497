import ArgumentParser
import Foundation
import Logging
import MatrixEvents
import PostgresStore

/// Times walks and verifications of longer and longer chains.
struct ChainGrowthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chain-growth",
        abstract: "Times the walk, and the verification by the rules, of one chain after the other from a database."
    )

    @Option(help: "The database, as libpq takes it.")
    var database: String

    @Argument(help: "Stored events.")
    var heads: [String]

    @Option(help: "Rounds of each, of which the shortest counts.")
    var rounds = 3

    @OptionGroup var figures: FiguresOption

    func run() async throws {
        let store = PostgresStore(
            configuration: PostgresConfiguration(url: database),
            logger: Logger(label: "bench")
        )
        for head in heads { try await measure(EventID(head), store) }
        await store.close()
    }

    private func measure(_ head: EventID, _ store: PostgresStore) async throws {
        var (walk, verification) = (Duration.seconds(3600), Duration.seconds(3600))
        var count = 0
        let clock = ContinuousClock()
        for _ in 0..<rounds {
            let bench = try await ChainBench(store: store, head: head, cacheByteCount: 256 << 20)
            walk = min(walk, try await clock.measure { count = try await bench.walk() })
            verification = min(verification, try await clock.measure { _ = try await bench.verify() })
        }
        let milliseconds = (walk / .milliseconds(1), verification / .milliseconds(1))
        print(
            String(format: "%9d events: walk %10.2f ms, verification %10.2f ms", count, milliseconds.0, milliseconds.1)
        )
        try figures.record("growth.walk.\(count)", walk)
        try figures.record("growth.verify.\(count)", verification)
    }
}
