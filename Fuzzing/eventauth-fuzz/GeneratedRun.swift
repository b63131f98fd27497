import Foundation
import FuzzTargets

/// Tries inputs that follow from a seed and their number alone.
struct GeneratedRun {
    private let target: FuzzTarget
    private let inputs: InputGenerator

    init(_ target: FuzzTarget, seed: UInt64, corpus: String?) throws {
        self.target = target
        let files = try corpus.map { try FileManager.default.files(in: $0) } ?? []
        let more = try files.map { Array(try Data(contentsOf: $0)) }
        inputs = try InputGenerator(target, seed: seed, more: target.sharedSeeds() + more)
    }

    func run(_ numbers: Range<Int>) throws {
        let start = ContinuousClock.now
        for number in numbers {
            if (number - numbers.lowerBound).isMultiple(of: 10_000) { tell("\(target) from input \(number) on") }
            let input = inputs.input(number)
            let failure = waiting { [target] in await target.failure(of: input) }
            guard let failure else { continue }
            try FileManager.default.createDirectory(atPath: ".fuzz", withIntermediateDirectories: true)
            let file = ".fuzz/\(target)-broken-\(number)"
            try Data(input).write(to: URL(filePath: file))
            tell("input \(number), kept in \(file): \(failure)")
            throw BrokenInput()
        }
        tell("\(target): \(numbers.count) inputs in \(start.duration(to: .now))")
    }

    /// On standard error and at once, so that after a crash the last line tells where.
    private func tell(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

struct BrokenInput: Error, CustomStringConvertible {
    let description = "something that must hold does not"
}

extension FileManager {
    /// The files of a folder, always in the same order.
    func files(in folder: String) throws -> [URL] {
        try contentsOfDirectory(at: URL(filePath: folder), includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }
}
