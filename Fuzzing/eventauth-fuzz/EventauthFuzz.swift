import ArgumentParser
import Foundation
import FuzzTargets

/// Holds what must hold for every input against very many.
@main
struct EventauthFuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventauth-fuzz",
        abstract: "Looks for inputs for which something that must hold does not.",
        discussion: """
            Built by `make fuzz`, libFuzzer makes the inputs, led by the code that they reach. Any other build makes them \
            from the seed alone: the same seed and number give the same input.
            """
    )

    @Argument(help: "json, envelope, http, events or rules.")
    var target: FuzzTarget

    @Option(help: "Inputs to try.")
    var runs = 100_000

    @Option(help: "Where random numbers start.")
    var seed: UInt64 = 1

    @Option(help: "The number of the first input. An input's number is told when it fails.")
    var first = 0

    @Option(
        help: "A folder of inputs to start from; libFuzzer keeps there what reaches new code.",
        completion: .directory
    )
    var corpus: String?

    @Option(help: "Try the input in this file and no other.", completion: .file())
    var input: String?

    func run() throws {
        if let input { return try check(Array(Data(contentsOf: URL(filePath: input)))) }
        #if LIBFUZZER
        try LibFuzzer(target).run(runs, seed: seed, corpus: corpus ?? ".fuzz/\(target.rawValue)")
        #else
        try GeneratedRun(target, seed: seed, corpus: corpus).run(first..<first + runs)
        #endif
    }

    private func check(_ input: [UInt8]) throws {
        let target = target
        let failure = waiting { await target.failure(of: input) }
        if let failure { throw ValidationError(failure) }
        print("holds")
    }
}

extension FuzzTarget: ExpressibleByArgument {}

extension FuzzTarget {
    /// What does not hold for `input`; `nil` where all does.
    func failure(of input: [UInt8]) async -> String? {
        do {
            try await check(input)
            return nil
        } catch {
            return String(describing: error)
        }
    }
}
