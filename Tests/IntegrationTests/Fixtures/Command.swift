import Foundation
import Testing

/// Runs a program of the system to its end, which must be a good one, and gives what it wrote to standard output.
@discardableResult
func run(_ program: String, _ arguments: String..., in folder: TemporaryFolder) async throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder.url
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = await onThread {
        String(decoding: (try? output.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    }
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(arguments) ended with \(process.terminationStatus)")
    return text
}
