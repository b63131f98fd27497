import NIOCore
import Synchronization

/// Knows whether every event loop turns: each one leaves a mark now and then.
final class LoopWatch: Sendable {
    private final class Loop: Sendable {
        let lastTurn = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)
    }

    private let loops: [Loop]
    /// How long a loop may take for one turn before it counts as stuck.
    private static let patience: TimeAmount = .seconds(10)
    private static let interval: TimeAmount = .milliseconds(500)

    init(_ group: any EventLoopGroup) {
        loops = group.makeIterator().map { eventLoop in
            let loop = Loop()
            eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { _ in
                loop.lastTurn.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
            }
            return loop
        }
    }

    /// Whether none has been in one turn for too long.
    var areTurning: Bool {
        let oldest = (NIODeadline.now() - Self.patience).uptimeNanoseconds
        return loops.allSatisfy { $0.lastTurn.load(ordering: .relaxed) >= oldest }
    }
}
