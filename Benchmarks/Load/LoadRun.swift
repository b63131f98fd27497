import Dispatch
import NIOCore
import RPCServer

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What keeps a load from being measured.
enum LoadError: Error, CustomStringConvertible {
    case requestIsNoObject
    case noRequests
    case serverHungUp
    case answerToNoRequest
    case noAnswers(seconds: Int)

    var description: String {
        switch self {
        case .requestIsNoObject: "a line of the requests is no JSON object"
        case .noRequests: "the file holds no requests"
        case .serverHungUp: "the server hung up"
        case .answerToNoRequest: "an answer came that belongs to no request"
        case .noAnswers(let seconds): "no answer came for \(seconds) seconds"
        }
    }
}

/// A bounded load on one server: so many connections, each with so many requests in flight, on one thread.
struct LoadRun {
    private static let patience = 10

    private let requests: [RequestTemplate]
    private var connections: [LoadConnection]
    private var startedCount = 0

    init(requests: [RequestTemplate], address: ListenAddress, connectionCount: Int, window: Int) throws {
        self.requests = requests
        connections = try (0..<connectionCount).map { _ in
            LoadConnection(socket: try ClientSocket(connectedTo: address), window: window)
        }
    }

    /// Sends `count` requests, or fewer where `seconds` are over first, and waits for all answers.
    mutating func measure(count: Int, seconds: Double) throws -> LoadResult {
        var latencies = LatencyHistogram()
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        let errorsBefore = errorCount
        let last = startedCount + count
        let start = DispatchTime.now().uptimeNanoseconds
        let end = start + UInt64(seconds * 1e9)
        for index in connections.indices { try send(on: index, until: last, end) }
        while connections.contains(where: { $0.waitingCount > 0 }) {
            for index in try waitForReadyConnections() {
                try connections[index].receive(chunk: &chunk) { latencies.record(nanoseconds: $0) }
                try send(on: index, until: last, end)
            }
        }
        return LoadResult(
            latencies: latencies,
            seconds: Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9,
            errorCount: errorCount - errorsBefore
        )
    }

    private var errorCount: Int { connections.reduce(0) { $0 + $1.errorCount } }

    private mutating func send(on index: Int, until last: Int, _ end: UInt64) throws {
        let isOver = DispatchTime.now().uptimeNanoseconds >= end
        try connections[index].send {
            guard startedCount < last, !isOver else { return nil }
            startedCount += 1
            return requests[startedCount % requests.count]
        }
    }

    private func waitForReadyConnections() throws -> [Int] {
        var descriptors = connections.map {
            pollfd(fd: $0.descriptor, events: Int16($0.hasUnsent ? POLLIN | POLLOUT : POLLIN), revents: 0)
        }
        let count = poll(&descriptors, nfds_t(descriptors.count), Int32(Self.patience * 1000))
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "poll") }
        guard count > 0 else { throw LoadError.noAnswers(seconds: Self.patience) }
        return descriptors.indices.filter { descriptors[$0].revents != 0 }
    }
}

/// What a load measured.
struct LoadResult {
    let latencies: LatencyHistogram
    let seconds: Double
    let errorCount: Int

    var requestsPerSecond: Double { Double(latencies.count) / seconds }
}
