import Foundation
import Synchronization
import Testing

/// One of the programs in `docs/clients`, as it is run here.
struct ExampleClient: Sendable {
    enum Language: String, CaseIterable, Sendable {
        case python, go, typescript, rust
    }

    enum Transport: String, CaseIterable, Sendable {
        case lines, http
    }

    /// What is missing on this machine.
    struct NotInstalled: Error, CustomStringConvertible {
        let description: String
    }

    let command: [String]
    private let folder: TemporaryFolder

    private static let built = Mutex<[Language: Task<TemporaryFolder, any Error>]>([:])

    /// Builds the programs of the language, where they need that and it was not done before.
    init(_ language: Language, _ transport: Transport) async throws {
        let building = Self.built.withLock { built in
            let task = built[language] ?? Task { try await Self.build(language) }
            built[language] = task
            return task
        }
        folder = try await building.value
        let source = Self.source(language)
        command =
            switch language {
            case .python: ["python3", source + (transport == .lines ? "lines.py" : "http_client.py")]
            case .typescript: ["node", folder.path("\(transport.rawValue).mjs")]
            case .go: [folder.path(transport.rawValue)]
            case .rust: [folder.path("target/debug/\(transport.rawValue)")]
            }
    }

    private static func source(_ language: Language) -> String {
        projectFolder.appending(path: "docs/clients/\(language.rawValue)/").path()
    }

    private static func build(_ language: Language) async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let source = source(language)
        switch language {
        case .python:
            try await need(["python3", "--version"], "Python is not installed", in: folder)
        case .typescript:
            try await need(["node", "--version"], "Node is not installed", in: folder)
            try await need(stripTypes(source, folder), "Node has no package typescript", in: folder)
        case .go:
            try await need(["go", "version"], "Go is not installed", in: folder)
            for name in Transport.allCases.map(\.rawValue) {
                try await run("go", "vet", source + name + ".go", in: folder)
                try await run("go", "build", "-o", folder.path(name), source + name + ".go", in: folder)
            }
        case .rust:
            try await need(["cargo", "--version"], "Cargo is not installed", in: folder)
            try await need(
                ["sh", "-c", "ls -d \(crates)/ureq-2*"],
                "the package librust-ureq-dev is missing",
                in: folder
            )
            try await run("cp", "-r", source + "Cargo.toml", source + "src", folder.url.path(), in: folder)
            let replacing = "source.crates-io.replace-with='debian'"
            let directory = "source.debian.directory='\(crates)'"
            try await run("cargo", "build", "--offline", "--config", replacing, "--config", directory, in: folder)
        }
        return folder
    }

    /// Where Debian puts what Rust programs are built with.
    private static let crates = "/usr/share/cargo/registry"

    /// Node runs TypeScript by itself from version 22.18 on; before that, its types have to be taken out.
    private static func stripTypes(_ source: String, _ folder: TemporaryFolder) -> [String] {
        let script = """
            const fs = require("fs"), ts = require("typescript");
            const options = { target: "ES2022", module: "ES2022", isolatedModules: true };
            for (const name of ["lines", "http"]) {
              const text = fs.readFileSync(process.argv[1] + name + ".ts", "utf8");
              const output = ts.transpileModule(text, { compilerOptions: options, reportDiagnostics: true });
              if (output.diagnostics.length) throw new Error(JSON.stringify(output.diagnostics[0].messageText));
              fs.writeFileSync(name + ".mjs", output.outputText);
            }
            """
        return ["env", "NODE_PATH=/usr/share/nodejs", "node", "-e", script, source]
    }

    private static func need(_ command: [String], _ otherwise: String, in folder: TemporaryFolder) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = folder.url
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let status = await onThread {
            process.waitUntilExit()
            return process.terminationStatus
        }
        if status != 0 { throw NotInstalled(description: otherwise) }
    }
}

/// A client that runs, and is asked questions on its standard input.
final class RunningClient: Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = LineBuffer()
    private let end = DispatchSemaphore(value: 0)

    init(_ client: ExampleClient, _ address: String, token: String? = nil) throws {
        let output = Pipe()
        output.fileHandleForReading.readabilityHandler = { [lines = self.output] in lines.add($0.availableData) }
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = client.command + [address]
        process.environment = ProcessInfo.processInfo.environment.merging(token.map { ["EVENTAUTH_TOKEN": $0] } ?? [:])
        {
            $1
        }
        process.standardInput = input
        process.standardOutput = output
        process.terminationHandler = { [end] _ in end.signal() }
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Asks whether each of the stored events `ids` is allowed, all at once.
    func ask(_ ids: [String]) throws {
        let lines = ids.map { #"{"event_id":"\#($0)"}"# + "\n" }.joined() + "\n"
        try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
    }

    /// What was printed so far, once that is so many lines, which must be within a minute.
    func answers(_ count: Int) async throws -> [String] {
        try await eventually(within: .seconds(60), "\(count) answers") { lines.count >= count }
        return lines
    }

    /// Those that are complete.
    private var lines: [String] {
        output.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Ends the questions, and waits for the end of the program.
    func status() async throws -> Int32 {
        try input.fileHandleForWriting.close()
        let hasEnded = await onThread { [end] in end.wait(timeout: .now() + .seconds(60)) == .success }
        guard hasEnded else { throw Eventauth.Overdue(description: "\(process.arguments ?? []) has not ended") }
        return process.terminationStatus
    }
}
