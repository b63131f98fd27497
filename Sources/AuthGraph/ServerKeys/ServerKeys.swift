package import MatrixEvents
import Synchronization

/// The signing keys of all servers: for a short while in memory, and otherwise in the store.
package final class ServerKeys: Sendable {
    private let store: any ServerKeyStore
    private let cache: Mutex<ServerKeyCache>
    private let clock: @Sendable () -> Timestamp

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

    /// The keys of `servers` in the store, read at once and remembered.
    package func load(_ servers: Set<ServerName>) async throws(EventStoreError) -> KeyRing {
        if servers.isEmpty { return KeyRing() }
        // The age of an answer counts from the question.
        let now = clock()
        let keys = try await store.keys(of: Array(servers))
        cache.withLock { $0.insert(keys, of: servers, at: now) }
        return KeyRing(keys)
    }
}
