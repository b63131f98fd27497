import Dispatch

/// One connection of a load: sends requests as long as fewer than a window of them wait, and times the answers.
struct LoadConnection {
    private let socket: ClientSocket
    private let window: Int
    private var unsent: [UInt8] = []
    private var unsentStart = 0
    private var received: [UInt8] = []
    /// When each request was sent, in nanoseconds; the index is its id.
    private var sentAt: [UInt64] = []
    private var answeredCount = 0
    private(set) var errorCount = 0

    init(socket: ClientSocket, window: Int) {
        self.socket = socket
        self.window = window
    }

    var descriptor: Int32 { socket.descriptor }
    var hasUnsent: Bool { unsentStart < unsent.count }
    var waitingCount: Int { sentAt.count - answeredCount }

    /// Fills the window, as long as `nextRequest` has requests, and sends what the socket takes.
    mutating func send(_ nextRequest: () -> RequestTemplate?) throws {
        if !hasUnsent {
            unsent.removeAll(keepingCapacity: true)
            unsentStart = 0
        }
        let now = DispatchTime.now().uptimeNanoseconds
        while waitingCount < window, let request = nextRequest() {
            request.append(to: &unsent, id: sentAt.count)
            sentAt.append(now)
        }
        if hasUnsent { unsentStart += try socket.send(unsent[unsentStart...]) }
    }

    /// Takes the answers that are there, and tells how long each took, in nanoseconds.
    mutating func receive(chunk: inout [UInt8], _ record: (UInt64) -> Void) throws {
        try socket.receive(into: &received, chunk: &chunk)
        let now = DispatchTime.now().uptimeNanoseconds
        var start = 0
        while let newline = received[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let reply = ReplyGist(line: received[start..<newline])
            let id = reply.id ?? answeredCount
            guard sentAt.indices.contains(id) else { throw LoadError.answerToNoRequest }
            record(now - sentAt[id])
            answeredCount += 1
            if !reply.isResult { errorCount += 1 }
            start = newline + 1
        }
        received.removeSubrange(..<start)
    }
}
