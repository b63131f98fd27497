import Synchronization

/// When the work that is under way has to have ended.
///
/// The times are watched together, by one task most of the time. Were each slept for by a task of its own, the runtime would
/// keep what it needs for that until the time has come, though the work had ended long before.
final class Deadlines: Sendable {
    /// How much later than its deadline work may be cancelled, so that few looks do for many deadlines.
    private static let interval = Duration.milliseconds(5)

    private struct State {
        var lastNumber = 0
        /// What is under way, and how it is cancelled.
        var entries: [Int: (time: ContinuousClock.Instant, cancel: @Sendable () -> Void)] = [:]
        /// When those who watch look next.
        var looks: [ContinuousClock.Instant] = []

        /// Whether it takes one more to watch for `time`, who then looks at that time.
        mutating func needsLook(at time: ContinuousClock.Instant) -> Bool {
            if looks.contains(where: { $0 <= time + Deadlines.interval }) { return false }
            looks.append(time)
            return true
        }
    }

    private let state = Mutex(State())

    /// How much is under way.
    var count: Int { state.withLock { $0.entries.count } }

    /// How many watch.
    var watcherCount: Int { state.withLock { $0.looks.count } }

    /// Runs `work`, and throws `deadline_exceeded` where it takes longer than `limit`. It is then cancelled, and its end
    /// waited for.
    func within<Value: Sendable>(
        _ limit: Duration,
        _ work: @escaping @Sendable () async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        let task = Task { () async -> Result<Value, RPCError> in
            do throws(RPCError) { return .success(try await work()) } catch { return .failure(error) }
        }
        let number = add(.now + limit) { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        guard remove(number) else { throw .deadlineExceeded }
        return try result.get()
    }

    private func add(_ time: ContinuousClock.Instant, _ cancel: @escaping @Sendable () -> Void) -> Int {
        let (number, needsLook) = state.withLock { state in
            state.lastNumber += 1
            state.entries[state.lastNumber] = (time, cancel)
            return (state.lastNumber, state.needsLook(at: time))
        }
        if needsLook { Task.detached { await self.watch(from: time) } }
        return number
    }

    /// - Returns: whether it was there, its time not over yet.
    private func remove(_ number: Int) -> Bool {
        state.withLock { $0.entries.removeValue(forKey: number) != nil }
    }

    /// Looks at `time`, and again whenever the first deadline has come, until another one looks no later than that.
    private func watch(from time: ContinuousClock.Instant) async {
        var time: ContinuousClock.Instant? = time
        while let look = time {
            // Nobody cancels this task.
            try? await Task.sleep(until: look)
            time = cancelLate(lookingAt: look)
        }
    }

    /// Cancels what is late.
    ///
    /// - Returns: when whoever looked at `look` is to look again; `nil` where nobody needs to.
    private func cancelLate(lookingAt look: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (late, next) = state.withLock { state in
            let late = state.entries.filter { $0.value.time <= now }
            for number in late.keys { state.entries[number] = nil }
            if let place = state.looks.firstIndex(of: look) { state.looks.remove(at: place) }
            let first = state.entries.values.lazy.map(\.time).min()
            let next = first.map { max($0, now + Self.interval) }
            return (late.values.map(\.cancel), next.flatMap { state.needsLook(at: $0) ? $0 : nil })
        }
        for cancel in late { cancel() }
        return next
    }
}
