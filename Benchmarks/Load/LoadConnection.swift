import Dispatch

/// One connection of a load: sends messages, and times their answers.
struct LoadConnection {
    private let socket: ClientSocket
    /// Requests in each message.
    private let batchSize: Int
    private var unsent: [UInt8] = []
    private var unsentStart = 0
    private var received: [UInt8] = []
    /// From when on each message counts as waiting, in nanoseconds. The first id in a message is its index times the size
    /// of a batch.
    private var startedAt: [UInt64] = []
    private var answeredCount = 0
    /// Requests that were answered, and those of them without a result.
    private(set) var replyCount = 0
    private(set) var errorCount = 0

    init(socket: ClientSocket, batchSize: Int = 1) {
        self.socket = socket
        self.batchSize = batchSize
    }

    var descriptor: Int32 { socket.descriptor }
    var hasUnsent: Bool { unsentStart < unsent.count }
    /// Messages that are not answered.
    var waitingCount: Int { startedAt.count - answeredCount }

    /// Takes another message to send, which counts as waiting since `start`.
    mutating func enqueue(_ message: Message, since start: UInt64) {
        message.append(to: &unsent, firstID: startedAt.count * batchSize)
        startedAt.append(start)
    }

    /// Sends what the socket takes.
    mutating func send() throws {
        if hasUnsent { unsentStart += try socket.send(unsent[unsentStart...]) }
        if !hasUnsent {
            unsent.removeAll(keepingCapacity: true)
            unsentStart = 0
        }
    }

    /// Takes the answers that are there, and tells how long each message took, in nanoseconds.
    mutating func receive(chunk: inout [UInt8], _ record: (UInt64) -> Void) throws {
        try socket.receive(into: &received, chunk: &chunk)
        let now = DispatchTime.now().uptimeNanoseconds
        var start = 0
        while let newline = received[start...].firstIndex(ofByte: UInt8(ascii: "\n")) {
            let reply = ReplyGist(line: received[start..<newline])
            let index = reply.id.map { $0 / batchSize } ?? answeredCount
            guard startedAt.indices.contains(index) else { throw LoadError.answerToNoRequest }
            record(now - startedAt[index])
            answeredCount += 1
            replyCount += reply.count
            errorCount += reply.count - reply.resultCount
            start = newline + 1
        }
        received.removeSubrange(..<start)
    }
}
