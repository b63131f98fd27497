#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The moment at which waiting for the server ends.
struct Deadline {
    /// Nil: never.
    private let instant: ContinuousClock.Instant?
    private var endsWithTask = false

    static let never = Deadline(instant: nil)

    static func after(_ limit: Duration?) -> Deadline {
        Deadline(instant: limit.map { ContinuousClock.now + $0 })
    }

    /// The same, or the cancellation of the task that waits, where that comes first.
    var orCancellation: Deadline {
        var deadline = self
        deadline.endsWithTask = true
        return deadline
    }

    /// Whether the wait is over because the task is cancelled.
    var isCancelled: Bool { endsWithTask && Task.isCancelled }

    /// What a wait on a socket may wait for.
    enum Readiness {
        case reading
        case writing
        case readingOrWriting
    }

    /// Waits until `socket` is ready, and returns false if the deadline came first.
    func wait(for readiness: Readiness, of socket: Int32) -> Bool {
        let events =
            switch readiness {
            case .reading: POLLIN
            case .writing: POLLOUT
            case .readingOrWriting: POLLIN | POLLOUT
            }
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        while true {
            if isCancelled { return false }
            let outcome = poll(&descriptor, 1, endsWithTask ? nextLook : remainingMilliseconds)
            // Any other failure is left for libpq, which finds it when it reads.
            if outcome > 0 || (outcome < 0 && errno != EINTR) { return true }
            if outcome == 0, remainingMilliseconds == 0 { return false }
        }
    }

    /// A thread that waits for a socket hears of no cancellation, so it looks ten times a second.
    private var nextLook: Int32 {
        let remaining = remainingMilliseconds
        return remaining < 0 ? 100 : min(remaining, 100)
    }

    /// As `poll` takes it: -1 for ever, rounded up so that the last wait does not spin.
    private var remainingMilliseconds: Int32 {
        guard let instant else { return -1 }
        let remaining = max(.zero, ContinuousClock.now.duration(to: instant))
        let milliseconds = (remaining / .milliseconds(1)).rounded(.up)
        return Int32(min(milliseconds, Double(Int32.max)))
    }
}
