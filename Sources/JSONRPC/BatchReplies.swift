/// The replies to the requests of one batch, in their order.
struct BatchReplies: Sendable {
    private var replies: [Reply] = []
    private var byteCount = 0
    private let byteLimit: Int
    /// Whether some answer must still be waited for.
    private(set) var isWaiting = false

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    /// Whether the answers so far are more than one reply may hold.
    var isTooLarge: Bool { byteCount > byteLimit }

    mutating func append(_ reply: Reply) {
        switch reply {
        case .nothing: return
        case .ready(let bytes), .refused(_, let bytes): byteCount += bytes.count
        case .waiting: isWaiting = true
        }
        replies.append(reply)
    }

    /// The same batch once all that waited has its answer. Everything waits at the same time, and is cancelled once the
    /// answers are more than one reply may hold.
    func finished() async -> BatchReplies {
        var finished = self
        finished.isWaiting = false
        await withTaskGroup(of: (Int, [UInt8]?).self) { group in
            for (index, reply) in replies.enumerated() {
                guard case .waiting(let work) = reply else { continue }
                group.addTask { (index, await work()) }
            }
            for await (index, bytes) in group {
                finished.replies[index] = bytes.map(Reply.ready) ?? .nothing
                finished.byteCount += bytes?.count ?? 0
                if finished.isTooLarge { return group.cancelAll() }
            }
        }
        return finished
    }

    /// The replies as a JSON array, or `nil` where there are none: a batch of notifications is not answered.
    func joined() -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount + replies.count + 1)
        for reply in replies.compactMap(\.bytes) {
            bytes.append(bytes.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
            bytes.append(contentsOf: reply)
        }
        guard !bytes.isEmpty else { return nil }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }
}
