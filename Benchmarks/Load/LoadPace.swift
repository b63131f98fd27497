/// When a load sends its next message.
enum LoadPace {
    /// As soon as fewer than so many wait on a connection.
    case window(Int)
    /// So many a second, all connections together, whether those before are answered or not. Each counts as waiting from
    /// when it was due, so that it shows when the server, or the load itself, falls behind.
    case rate(Double)
}

/// How much of a load is still to be sent.
struct LoadSchedule {
    private let pace: LoadPace
    private let start: UInt64
    private let end: UInt64
    private let count: Int
    /// Messages that were sent.
    private(set) var sentCount = 0

    /// A load of `count` messages, or as many fewer as go out in `seconds`, that begins at `start`, in nanoseconds.
    init(_ pace: LoadPace, count: Int, seconds: Double, start: UInt64) {
        self.pace = pace
        self.count = count
        self.start = start
        end = start + UInt64(seconds * 1e9)
    }

    /// Takes the message that is to be sent at `now` on a connection on which `waitingCount` wait.
    ///
    /// - Returns: since when it counts as waiting; `nil` where there is none.
    mutating func next(at now: UInt64, whereWaiting waitingCount: Int) -> UInt64? {
        switch pace {
        case .window(let window):
            guard sentCount < count, now < end, waitingCount < window else { return nil }
            sentCount += 1
            return now
        case .rate:
            // What was due in time is sent, however late.
            guard let due = nextDue, due <= now else { return nil }
            sentCount += 1
            return due
        }
    }

    /// When the next message is due whatever is answered until then, in nanoseconds.
    var nextDue: UInt64? {
        guard case .rate(let rate) = pace, sentCount < count else { return nil }
        let due = start + UInt64(Double(sentCount) / rate * 1e9)
        return due < end ? due : nil
    }
}
