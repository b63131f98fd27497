import Dispatch
import RPCServer

/// A bounded load on one server: so many connections at some pace, on one thread.
struct LoadRun {
    private static let patience = 10

    private let messages: [Message]
    private let pace: LoadPace
    private var connections: [LoadConnection]
    private var sentCount = 0

    /// - Parameter batchSize: requests in a message; of a batch where they are several.
    init(
        requests: [RequestTemplate],
        address: ListenAddress,
        connectionCount: Int,
        pace: LoadPace,
        batchSize: Int = 1
    ) throws {
        messages = requests.indices.map { Message($0, of: batchSize, from: requests) }
        self.pace = pace
        connections = try (0..<connectionCount).map { _ in
            LoadConnection(socket: try ClientSocket(connectedTo: address), batchSize: batchSize)
        }
    }

    /// Sends `count` messages, or fewer where `seconds` are over first, and waits for all answers.
    mutating func measure(count: Int, seconds: Double) throws -> LoadResult {
        var latencies = LatencyHistogram()
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        let (repliesBefore, errorsBefore) = (replyCount, errorCount)
        let start = DispatchTime.now().uptimeNanoseconds
        var schedule = LoadSchedule(pace, count: count, seconds: seconds, start: start)
        try send(on: Array(connections.indices), &schedule)
        while schedule.nextDue != nil || connections.contains(where: { $0.waitingCount > 0 }) {
            let ready = try waitForReadyConnections(until: schedule.nextDue)
            for index in ready {
                try connections[index].receive(chunk: &chunk) { latencies.record(nanoseconds: $0) }
            }
            try send(on: nextSenders(ready, schedule.nextDue), &schedule)
        }
        return LoadResult(
            latencies: latencies,
            seconds: Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9,
            replyCount: replyCount - repliesBefore,
            errorCount: errorCount - errorsBefore
        )
    }

    private var replyCount: Int { connections.reduce(0) { $0 + $1.replyCount } }
    private var errorCount: Int { connections.reduce(0) { $0 + $1.errorCount } }

    /// Connections that may send: those that were answered, and where messages are due by time all in turn.
    private func nextSenders(_ ready: [Int], _ nextDue: UInt64?) -> [Int] {
        guard nextDue != nil else { return ready }
        return connections.indices.map { (sentCount + $0) % connections.count }
    }

    private mutating func send(on indices: [Int], _ schedule: inout LoadSchedule) throws {
        let now = DispatchTime.now().uptimeNanoseconds
        var isAnySent = true
        while isAnySent {
            isAnySent = false
            for index in indices {
                guard let start = schedule.next(at: now, whereWaiting: connections[index].waitingCount) else {
                    continue
                }
                connections[index].enqueue(messages[sentCount % messages.count], since: start)
                sentCount += 1
                isAnySent = true
            }
        }
        for index in indices { try connections[index].send() }
    }

    /// The connections that have answers or take more, once there are any, or it is `due`.
    private func waitForReadyConnections(until due: UInt64?) throws -> [Int] {
        if let due {
            let now = DispatchTime.now().uptimeNanoseconds
            return try SocketWait.briefly(for: connections, atMost: due > now ? due - now : 0)
        }
        let ready = try SocketWait.long(for: connections, atMostSeconds: Self.patience)
        guard !ready.isEmpty else { throw LoadError.noAnswers(seconds: Self.patience) }
        return ready
    }
}

/// What a load measured.
struct LoadResult {
    /// A message each.
    let latencies: LatencyHistogram
    let seconds: Double
    /// Requests that were answered.
    let replyCount: Int
    let errorCount: Int

    var requestsPerSecond: Double { Double(replyCount) / seconds }
}
