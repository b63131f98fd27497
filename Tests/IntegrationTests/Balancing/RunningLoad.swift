import CanonicalJSON
import EventTestSupport
import Foundation
import Testing

/// `load.py` in a process of its own: asks through a load balancer until the test is over.
final class RunningLoad: Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// What happened since the phase before.
    struct Phase {
        let counts: [String: Int64]
        let failures: [String]

        subscript(outcome: String) -> Int64 { counts[outcome] ?? 0 }
    }

    /// - Parameters:
    ///   - warm: parameters of an `auth.check` that memory answers.
    ///   - rule: the rule that decides it.
    init(on balancer: LoadBalancer, warm: TestJSON, rule: String) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", URL(filePath: #filePath).deletingLastPathComponent().path() + "load.py"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let task: TestJSON = [
            "http": .raw("\(balancer.httpPort)"), "lines": .raw("\(balancer.linesPort)"), "warm": warm,
            "rule": .string(rule),
        ]
        try input.fileHandleForWriting.write(contentsOf: Data(task.bytes + [UInt8(ascii: "\n")]))
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Ends a phase.
    func phase() async throws -> Phase {
        try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        let line = await onThread { [output] in
            var line: [UInt8] = []
            while let byte = try? output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
                line.append(byte)
            }
            return line
        }
        let object = try #require(try JSONDocument(parsing: line).root.object)
        let counts = try #require(object["counts"]?.object)
        return Phase(
            counts: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.string, $0.value.number?.int64 ?? 0) }),
            failures: object["failures"]?.array?.compactMap { $0.text?.string } ?? []
        )
    }
}
