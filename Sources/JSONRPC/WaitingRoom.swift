import Synchronization

/// The requests that wait for something, all connections together: so many, and one more is refused at once.
final class WaitingRoom: Sendable {
    private let limit: Int
    private let limitsMet: LimitCounters
    private let count = Atomic<Int>(0)

    init(limit: Int, limitsMet: LimitCounters) {
        self.limit = limit
        self.limitsMet = limitsMet
    }

    /// How many wait.
    var occupancy: Int { count.load(ordering: .relaxed) }

    /// Runs `work`; throws `overloaded` where as many wait as may. Where `work` itself does, too much waits for the database.
    func admit<Value>(_ work: () async throws(RPCError) -> Value) async throws(RPCError) -> Value {
        let earlier = count.wrappingAdd(1, ordering: .relaxed).oldValue
        defer { count.wrappingSubtract(1, ordering: .relaxed) }
        guard earlier < limit else {
            limitsMet.count(.inFlight)
            throw .overloaded(retryAfter: .seconds(1))
        }
        do throws(RPCError) {
            return try await work()
        } catch {
            if case .overloaded = error { limitsMet.count(.loads) }
            throw error
        }
    }
}
