import NIOCore

/// Calls back when a connection's client takes too long. However often the time is set, one task is scheduled at most.
///
/// It belongs to its connection's event loop.
final class ConnectionTimer {
    private let eventLoop: any EventLoop
    private var deadline: NIODeadline?
    private var scheduled: Scheduled<Void>?
    private var expire: () -> Void = {}

    init(on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    var isSet: Bool { deadline != nil }

    /// Sets the time anew.
    func set(_ limit: Duration, expire: @escaping () -> Void) {
        self.expire = expire
        deadline = eventLoop.now + TimeAmount(limit)
        scheduleIfNeeded()
    }

    /// The client did what it was to do.
    func clear() { deadline = nil }

    /// The connection is over.
    func stop() {
        clear()
        scheduled?.cancel()
        scheduled = nil
        expire = {}
    }

    private func scheduleIfNeeded() {
        guard let deadline, scheduled == nil else { return }
        scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            scheduled = nil
            guard let deadline = self.deadline else { return }
            guard deadline <= eventLoop.now else { return scheduleIfNeeded() }
            self.deadline = nil
            expire()
        }
    }
}
