import NIOCore

/// Waits for a moment in which nothing happens on a connection: no request is then on its way, as far as one can tell.
///
/// It belongs to its connection's event loop.
final class QuietWatch {
    private let timer: ConnectionTimer
    private let quietTime: Duration
    private var isBusy = false

    init(for quietTime: Duration, on eventLoop: any EventLoop) {
        self.quietTime = quietTime
        timer = ConnectionTimer(on: eventLoop)
    }

    /// Something has arrived.
    func disturb() { isBusy = true }

    /// Calls `close` after the first moment in which nothing arrived and at whose end `isIdle`.
    func wait(until isIdle: @escaping () -> Bool, then close: @escaping () -> Void) {
        isBusy = false
        timer.set(quietTime) { [self] in
            if isBusy || !isIdle() { wait(until: isIdle, then: close) } else { close() }
        }
    }

    /// The connection is over.
    func stop() { timer.stop() }
}
