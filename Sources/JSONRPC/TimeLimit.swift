/// Runs `work`, and throws `deadline_exceeded` once `limit` is over. The work is then cancelled, and its end waited for.
func within<Value: Sendable>(
    _ limit: Duration,
    _ work: @escaping @Sendable () async throws(RPCError) -> Value
) async throws(RPCError) -> Value {
    let result: Result<Value, RPCError> = await withTaskGroup(of: Result<Value, RPCError>.self) { group in
        group.addTask {
            do throws(RPCError) { return .success(try await work()) } catch { return .failure(error) }
        }
        group.addTask {
            await sleep(for: limit)
            return .failure(.deadlineExceeded)
        }
        let first = await group.next() ?? .failure(.deadlineExceeded)
        group.cancelAll()
        return first
    }
    return try result.get()
}

/// Returns when `duration` is over, or the task is cancelled.
///
/// In pieces of a second: what the runtime needs for a sleep it keeps until that would have ended, though the sleeper was
/// cancelled long before. Minutes of thousands of requests a second would be hundreds of megabytes.
private func sleep(for duration: Duration) async {
    let end = ContinuousClock.now + duration
    while !Task.isCancelled, .now < end {
        try? await Task.sleep(until: min(end, .now + .seconds(1)))
    }
}
