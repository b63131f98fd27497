import ArgumentParser
import CanonicalJSON
import Foundation
import JSONRPC
import RPCServer

/// Sends requests from a file and measures the answers.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Sends the requests of a file, over and over, and prints how fast they were answered."
    )

    @Option(help: "Where the server listens: unix:PATH or tcp:HOST:PORT.")
    var connect: ListenAddress

    @Option(help: "A file with one JSON-RPC request a line. Ids are given anew.", completion: .file())
    var requests: String

    @Option(help: "Connections that are open at the same time.")
    var connections = 1

    @Option(help: "Requests in flight on each connection; of batches, batches.")
    var inFlight = 32

    @Option(help: "Send so many requests a second, whether those before are answered or not, in place of --in-flight.")
    var rate: Double?

    @Option(help: "Send batches of so many requests.")
    var batch = 1

    @Option(help: "How many requests, or batches, to send at most.")
    var count = 200_000

    @Option(help: "How long to send at most.")
    var seconds = 10.0

    @Option(help: "Requests, or batches, sent beforehand that do not count.")
    var warmUp = 2000

    @Flag(help: "Fail where an answer is not a result.")
    var expectResults = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "The name of the figures: NAME is requests a second, NAME.p50, NAME.p99 and NAME.mean are latencies.")
    var name = "load"

    @OptionGroup var figures: FiguresOption

    func validate() throws {
        guard connections > 0, inFlight > 0, batch > 0, count > 0, seconds > 0, warmUp >= 0, rate ?? 1 > 0 else {
            throw ValidationError(
                "Connections, requests in flight, batch, count, seconds and rate must be more than zero."
            )
        }
        guard rate == nil || connections <= 500 else {
            throw ValidationError("With --rate, --connections is 500 at most.")
        }
    }

    func run() async throws {
        var load = try LoadRun(
            requests: readRequests(),
            address: connect,
            connectionCount: connections,
            pace: rate.map { .rate($0) } ?? .window(inFlight),
            batchSize: batch
        )
        if warmUp > 0 { _ = try load.measure(count: warmUp, seconds: seconds) }
        let result = try load.measure(count: count, seconds: seconds)
        let failures = expectResults ? ", \(result.errorCount) without a result" : ""
        print(json ? result.json : result.text + failures)
        try record(result)
        if expectResults, result.errorCount > 0 {
            throw ExitCode.failure
        }
    }

    private func record(_ result: LoadResult) throws {
        try figures.record(name, result.requestsPerSecond)
        try figures.record("\(name).p50", Double(result.latencies.percentile(0.5)))
        try figures.record("\(name).p99", Double(result.latencies.percentile(0.99)))
        try figures.record("\(name).mean", result.latencies.mean)
    }

    private func readRequests() throws -> [RequestTemplate] {
        let lines = try Data(contentsOf: URL(fileURLWithPath: requests)).split(separator: UInt8(ascii: "\n"))
        let templates = try lines.map { try RequestTemplate(line: Array($0)) }
        if templates.isEmpty { throw LoadError.noRequests }
        return templates
    }
}

extension LoadResult {
    /// One line for a person.
    fileprivate var text: String {
        String(
            format: "%d requests in %.2f s: %.0f requests/s, p50 %.1f µs, p99 %.1f µs",
            replyCount,
            seconds,
            requestsPerSecond,
            microseconds(0.5),
            microseconds(0.99)
        )
    }

    fileprivate var json: String {
        let fragment = JSONFragment { writer in
            writer.object { writer in
                writer.key("requests")
                writer.integer(replyCount)
                writer.key("seconds")
                writer.raw(String(format: "%.3f", seconds).utf8)
                writer.key("requests_per_second")
                writer.integer(Int(requestsPerSecond))
                writer.key("p50_us")
                writer.raw(String(format: "%.1f", microseconds(0.5)).utf8)
                writer.key("p99_us")
                writer.raw(String(format: "%.1f", microseconds(0.99)).utf8)
                writer.key("errors")
                writer.integer(errorCount)
            }
        }
        return String(decoding: fragment.bytes, as: UTF8.self)
    }

    private func microseconds(_ fraction: Double) -> Double {
        Double(latencies.percentile(fraction)) / 1000
    }
}
