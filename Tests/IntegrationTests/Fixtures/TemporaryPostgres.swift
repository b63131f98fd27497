import Foundation
import Logging
import Synchronization

@testable import PostgresStore

/// A PostgreSQL server for tests, run by `scripts/local-postgres`. It ends with the test process, however that ends: the script
/// stops it and removes its data when the pipe to its standard input closes.
final class TemporaryPostgres: Sendable {
    /// What kept the server from starting.
    struct StartFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// The server that tests share, each in a database of its own; started by the first that asks.
    static var shared: TemporaryPostgres {
        get throws { try sharedStart.get() }
    }

    private static let sharedStart = Result { try TemporaryPostgres() }

    private let commands: FileHandle
    private let answers: FileHandle
    private let url: String
    private let databaseCount = Mutex(0)

    convenience init() throws {
        try self.init(options: [])
    }

    /// A standby of `primary`, which has what that has, and follows it.
    convenience init(standbyOf primary: TemporaryPostgres) throws {
        try self.init(options: ["--standby-of", primary.url])
    }

    private init(options: [String]) throws {
        let script = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "scripts/local-postgres")
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [script.path()] + options
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        commands = input.fileHandleForWriting
        answers = output.fileHandleForReading
        url = try Self.readAnswer("ready", from: answers)
    }

    /// Stops the server at once, with its connections; its data stay.
    func stop() throws {
        try commands.write(contentsOf: Data("stop\n".utf8))
        _ = try Self.readAnswer("stopped", from: answers)
    }

    /// Starts the server again after `stop()`.
    func start() throws {
        try commands.write(contentsOf: Data("start\n".utf8))
        _ = try Self.readAnswer("ready", from: answers)
    }

    /// What the server has logged so far.
    var log: String {
        get throws {
            guard let folder = url.split(separator: "host=").last?.prefix(while: { $0 != "&" }) else { return "" }
            return try String(contentsOfFile: "\(folder)/log", encoding: .utf8)
        }
    }

    /// A new, empty database. Who waits for its connections may wait long: the machine is busy with the other tests.
    func makeDatabase() async throws -> PostgresConfiguration {
        let name = databaseCount.withLock { count in
            count += 1
            return "test_\(count)"
        }
        let maintenance = makeConnection(PostgresConfiguration(url: url))
        try await maintenance.run("CREATE DATABASE \(name)")
        await maintenance.close()
        var configuration = PostgresConfiguration(url: url.replacing("/postgres?", with: "/\(name)?"))
        configuration.backOff = BackOff(first: .milliseconds(10), longest: .milliseconds(50))
        configuration.statementTimeout = .seconds(60)
        configuration.waitLimit = .seconds(60)
        return configuration
    }

    /// What is here of the database that another server knows as `configuration`.
    func copy(of configuration: PostgresConfiguration) -> PostgresConfiguration {
        var copy = configuration
        let name = configuration.url.dropFirst("postgresql:///".count).prefix { $0 != "?" }
        copy.url = url.replacing("/postgres?", with: "/\(name)?")
        return copy
    }

    /// Reads one line, of the form `word rest`, and returns the rest.
    private static func readAnswer(_ word: String, from answers: FileHandle) throws -> String {
        var line: [UInt8] = []
        while let byte = try answers.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
        guard words.first == Substring(word) else {
            throw StartFailure(
                description:
                    "PostgreSQL for the tests is not \(word); scripts/local-postgres says why on standard error"
            )
        }
        return words.count > 1 ? String(words[1]) : ""
    }
}

extension Logger {
    /// For what fails on purpose.
    static var quiet: Logger {
        Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    }
}

extension PostgresConnection {
    /// Runs a script of the test's own.
    func run(_ script: String) async throws {
        try perform { (session) throws(PostgresError) in try session.run(script: script, named: "test script") }
    }

    /// The first column of every row, as text.
    func texts(_ sql: String) async throws -> [String] {
        try perform { (session) throws(PostgresError) in
            try session.query(Statement(sql, sql: sql)) { (result, row) throws(PostgresError) in
                try result.text(row: row, column: 0)
            }
        }
    }
}
