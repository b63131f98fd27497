package import MatrixEvents
import Synchronization

/// The signing keys of all servers: for a short while in memory, and otherwise in the store.
package final class ServerKeys: Sendable {
    private let store: any ServerKeyStore
    private let cache: Mutex<ServerKeyCache>
    private let clock: @Sendable () -> Timestamp
    private let loads = Mutex(KeyLoadQueue<Waiter>())
    /// Tells ``run()`` that something is to be loaded.
    private let wakeUp = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    private typealias Answer = Result<KeyRing, EventStoreError>
    /// Hears the answer to a load; `nil` where it is to ask the store itself.
    private typealias Waiter = CheckedContinuation<Answer?, Never>

    /// - Parameters:
    ///   - lifetime: how long keys are believed before they are read again. So long may it take until a key that its
    ///     server has given up is no longer taken for good.
    ///   - serverLimit: of how many servers keys are kept in memory.
    ///   - clock: tells the time of day, which bounds how long keys are trusted.
    package init(
        store: any ServerKeyStore,
        lifetime: Duration = .seconds(60),
        serverLimit: Int = 10_000,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.store = store
        cache = Mutex(ServerKeyCache(lifetime: lifetime, serverLimit: serverLimit))
        self.clock = clock
    }

    /// The time of day.
    package var now: Timestamp { clock() }

    /// The keys of `servers` in memory. There may be others.
    package func inMemory(of servers: Set<ServerName>) -> KeyRing {
        let now = clock()
        return KeyRing(cache.withLock { $0.keys(of: servers, at: now) })
    }

    /// The keys of `servers` in the store, and perhaps others, read at once and remembered. While ``run()`` runs, what
    /// several ask for at the same time is read together, and a caller that is cancelled does not wait for the store.
    package func load(_ servers: Set<ServerName>) async throws(EventStoreError) -> KeyRing {
        if servers.isEmpty { return KeyRing() }
        let ticket = loads.withLock { $0.makeTicket() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                guard loads.withLock({ $0.enqueue(servers, for: waiter, ticket) }) else {
                    return waiter.resume(returning: nil)
                }
                wakeUp.continuation.yield()
                // Cancelled before it stood in the queue: the cancellation handler did not find it.
                if Task.isCancelled { giveUp(ticket) }
            }
        } onCancel: {
            giveUp(ticket)
        }
        if let answer { return try answer.get() }
        return try await query(servers).get()
    }

    /// Carries out what callers of ``load(_:)`` ask for, until it is cancelled.
    package func run() async {
        loads.withLock { $0.open() }
        await withDiscardingTaskGroup { group in
            for await _ in wakeUp.stream {
                while let query = loads.withLock({ $0.startQuery() }) {
                    group.addTask { await self.carryOut(query) }
                }
            }
        }
        for waiter in loads.withLock({ $0.close() }) { waiter.resume(returning: .failure(.endingKeys)) }
    }

    private func carryOut(_ query: KeyLoadQueue<Waiter>.Query) async {
        let answer = await self.query(query.servers)
        for waiter in loads.withLock({ $0.finish(query) }) { waiter.resume(returning: answer) }
        wakeUp.continuation.yield()
    }

    private func giveUp(_ ticket: KeyLoadQueue<Waiter>.Ticket) {
        loads.withLock { $0.giveUp(ticket) }?.resume(returning: .failure(.endingKeys))
    }

    private func query(_ servers: Set<ServerName>) async -> Answer {
        // The age of an answer counts from the question.
        let now = clock()
        do throws(EventStoreError) {
            let keys = try await store.keys(of: Array(servers))
            cache.withLock { $0.insert(keys, of: servers, at: now) }
            return .success(KeyRing(keys))
        } catch {
            return .failure(error)
        }
    }
}

extension EventStoreError {
    /// Nobody waits any more, or nobody carries out loads.
    fileprivate static let endingKeys = EventStoreError.unavailable("the call or the service is ending")
}
