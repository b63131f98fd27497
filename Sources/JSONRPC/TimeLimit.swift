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
            try? await Task.sleep(for: limit)
            return .failure(.deadlineExceeded)
        }
        let first = await group.next() ?? .failure(.deadlineExceeded)
        group.cancelAll()
        return first
    }
    return try result.get()
}
