import ArgumentParser
import Foundation
import RPCServer
import Synchronization

/// Measures what a good client has of a server while hostile ones do what they can.
struct HostileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostile",
        abstract: "Prints a good client's latencies beside hostile clients, and what the server takes of memory."
    )

    @Option(help: "Where the server listens: unix:PATH or tcp:HOST:PORT.")
    var connect: ListenAddress

    @Option(help: "A file with one JSON-RPC request a line, for the good client.", completion: .file())
    var requests: String

    @Option(help: "The server's process.")
    var pid: Int32

    @Option(help: "Connections of those that hold still; of those that do not read, a tenth.")
    var connections = 10_000

    @Option(help: "How long each lasts.")
    var seconds = 5.0

    @Option(help: "What to do; everything where it is left out.")
    var only: [Hostility] = []

    func validate() throws {
        guard (1...100_000).contains(connections), (0.1...600).contains(seconds) else {
            throw ValidationError("--connections is from 1 to 100000, --seconds from 0.1 to 600")
        }
    }

    func run() throws {
        // A server that cuts off a client is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        let lines = try Data(contentsOf: URL(fileURLWithPath: requests)).split(separator: UInt8(ascii: "\n"))
        var good = try LoadRun(
            requests: try lines.map { try RequestTemplate(line: Array($0)) },
            address: connect,
            connectionCount: 1,
            pace: .window(1)
        )
        print(
            "hostile clients          connections  requests/s   p50 µs   p99 µs  p99.9 µs   max ms  failed  server MiB"
        )
        _ = try good.measure(count: 2_000, seconds: seconds)
        report("none", 0, try good.measure(count: .max >> 1, seconds: seconds))
        for hostility in only.isEmpty ? Hostility.allCases : only { try measure(&good, beside: [hostility]) }
        if only.isEmpty { try measure(&good, beside: [.idle, .slowLines, .nonReaders, .large, .batches]) }
        Thread.sleep(forTimeInterval: 1)
        report("none, afterwards", 0, try good.measure(count: .max >> 1, seconds: seconds))
    }

    private func measure(_ good: inout LoadRun, beside hostilities: [Hostility]) throws {
        let openFileCount = serverOpenFileCount
        // All together: each kind gets its share of the connections.
        let clients = try hostilities.map {
            try HostileClients($0, count: connections / hostilities.count, address: connect)
        }
        let ends = clients.map { _ in DispatchSemaphore(value: 0) }
        for (clients, end) in zip(clients, ends) {
            Thread.detachNewThread {
                clients.run()
                end.signal()
            }
        }
        defer {
            for clients in clients { clients.stop() }
            for (clients, end) in zip(clients, ends) {
                end.wait()
                clients.hangUp()
            }
            waitForServer(toHaveOpen: openFileCount)
        }
        let result = try good.measure(count: .max >> 1, seconds: seconds)
        let name = hostilities.map(\.rawValue).joined(separator: " + ")
        let count = hostilities.reduce(0) { $0 + $1.connectionCount(of: connections / hostilities.count) }
        report(name, count, result)
    }

    private func report(_ name: String, _ connectionCount: Int, _ result: LoadResult) {
        func microseconds(_ fraction: Double) -> Double { Double(result.latencies.percentile(fraction)) / 1_000 }
        let figures = String(
            format: "%11d  %10.0f  %7.1f  %7.1f  %8.1f  %7.1f  %6d  %10d",
            connectionCount,
            result.requestsPerSecond,
            microseconds(0.5),
            microseconds(0.99),
            microseconds(0.999),
            microseconds(1) / 1_000,
            result.errorCount,
            ResidentMemory.byteCount(of: pid.description) >> 20
        )
        print(
            name.count > 24
                ? name + "\n" + String(repeating: " ", count: 24)
                : name.padding(toLength: 24, withPad: " ", startingAt: 0),
            figures
        )
    }

    /// The server takes a moment to part from ten thousand, which is not what the next measurement is about.
    private func waitForServer(toHaveOpen count: Int) {
        let end = ContinuousClock.now + .seconds(30)
        while serverOpenFileCount > count, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.1) }
    }

    private var serverOpenFileCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
    }
}

/// Something that one thread tells another once.
final class StopSign: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
