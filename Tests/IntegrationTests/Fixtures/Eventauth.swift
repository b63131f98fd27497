import Foundation

/// A run of the program itself, as it was built beside the tests.
final class Eventauth: Sendable {
    /// What a run of the program left behind.
    struct Output: Sendable {
        let status: Int32
        let text: String
        let errors: String
    }

    struct Overdue: Error, CustomStringConvertible {
        let description: String
    }

    private let process = Process()
    private let end = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - input: what standard input is to be; nothing where it is `nil`.
    ///   - environment: all that the program is to have of it beside `PATH`.
    init(
        _ arguments: [String],
        input: Pipe? = nil,
        output: Pipe? = nil,
        errors: Pipe,
        environment: [String: String] = [:]
    ) throws {
        // The tests' own executable lies beside it.
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.executableURL = tests.deletingLastPathComponent().appending(path: "eventauth")
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        process.standardInput = input ?? FileHandle.nullDevice
        // Not the tests' own, which whoever runs them reads to its end.
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = errors
        process.terminationHandler = { [end] _ in end.signal() }
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    static func run(_ arguments: String..., input: [UInt8]? = nil) async throws -> Output {
        try await run(arguments, input: input)
    }

    /// Runs the program to its end, which must come within two minutes.
    static func run(
        _ arguments: [String],
        input: [UInt8]? = nil,
        environment: [String: String] = [:]
    ) async throws -> Output {
        let (inputPipe, output, errors) = (Pipe(), Pipe(), Pipe())
        let program = try Eventauth(
            arguments,
            input: input.map { _ in inputPipe },
            output: output,
            errors: errors,
            environment: environment
        )
        async let text = bytes(of: output)
        async let errorText = bytes(of: errors)
        if let input {
            // A program that ends early does not read it all, which is its own affair.
            try? inputPipe.fileHandleForWriting.write(contentsOf: Data(input))
            try? inputPipe.fileHandleForWriting.close()
        }
        let status = try await program.status(within: .seconds(120))
        return Output(status: status, text: await text, errors: await errorText)
    }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// What the program takes of memory; `nil` where it has ended.
    var residentByteCount: Int? {
        let pages = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/statm", encoding: .utf8)
        return pages?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
    }

    /// The most that the program has taken of memory so far; `nil` where it has ended.
    var mostResidentByteCount: Int? {
        let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }

    /// Waits for the end of the program, which is killed where it does not come within `limit`.
    func status(within limit: Duration) async throws -> Int32 {
        let hasEnded = await onThread { [end] in end.wait(timeout: .now() + limit.dispatchInterval) == .success }
        guard hasEnded else {
            kill(process.processIdentifier, SIGKILL)
            throw Overdue(description: "eventauth \(process.arguments ?? []) has not ended within \(limit)")
        }
        return process.terminationStatus
    }

    private static func bytes(of pipe: Pipe) async -> String {
        await onThread {
            String(decoding: (try? pipe.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        }
    }
}

/// Runs what blocks on a thread that no test runs on.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

extension Duration {
    var dispatchInterval: DispatchTimeInterval { .milliseconds(Int(self / .milliseconds(1))) }
}

/// A folder that is gone after the test.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        // Short, for the path of a unix socket has 107 bytes at most.
        url = URL(filePath: "/tmp/eventauth-\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appending(path: name).path() }

    /// Writes a file and tells its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }

    /// Writes a gzipped file and tells its path.
    func gzipped(_ name: String, _ bytes: [UInt8]) throws -> String {
        let plain = try file(name, bytes)
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-f", plain]
        try gzip.run()
        gzip.waitUntilExit()
        return plain + ".gz"
    }
}
