import EventAuthorization
import Synchronization

/// Takes down decisions, so that each can be made again without a server.
///
/// Whoever decides does not wait: what a line needs is looked up later, and where too much waits for that, decisions are
/// left out and counted.
package final class DecisionLog: Sendable {
    /// Which decisions are taken down.
    package enum Scope: String, CaseIterable, Sendable {
        case denials, all
    }

    private struct State {
        var waiting: [DecisionRecord] = []
        var droppedCount = 0
    }

    /// Decisions that may wait to be written. Each holds its request.
    private static let waitingLimit = 2_000

    private let scope: Scope
    private let state = Mutex(State())
    private let wakeUp = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    package init(of scope: Scope) {
        self.scope = scope
    }

    /// Decisions that were left out.
    package var droppedCount: Int { state.withLock(\.droppedCount) }

    /// Has ``AuthorizationService/writeDecisions(_:)`` end once it has written what is here.
    package func finish() {
        wakeUp.continuation.finish()
    }

    func takesDown(_ result: CheckResult) -> Bool {
        scope == .all || result.verdict == .deny
    }

    func add(_ record: DecisionRecord) {
        state.withLock { state in
            if state.waiting.count < Self.waitingLimit { state.waiting.append(record) } else { state.droppedCount += 1 }
        }
        wakeUp.continuation.yield()
    }

    /// The decisions that wait, which do so no more.
    package func takeAll() -> [DecisionRecord] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// The decision that waits for longest; it goes on waiting until ``removeFirst()``.
    var first: DecisionRecord? { state.withLock(\.waiting.first) }

    func removeFirst() {
        state.withLock { state in
            if !state.waiting.isEmpty { state.waiting.removeFirst() }
        }
    }

    /// Tells that there may be decisions, until the log is finished.
    var wakeUps: AsyncStream<Void> { wakeUp.stream }
}
