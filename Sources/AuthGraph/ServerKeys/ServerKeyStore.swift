package import MatrixEvents
import Synchronization

/// Where servers' signing keys are kept: PostgreSQL in production, memory in tests and for a server without a database.
package protocol ServerKeyStore: Sendable {
    /// Every stored key of `servers`, in any order.
    func keys(of servers: [ServerName]) async throws(EventStoreError) -> [ServerKey]

    /// Stores those of `keys` that are new or newer than what is stored (``ServerKey/isNewer(than:)``), or none where
    /// that fails.
    ///
    /// - Returns: for each key, in order, whether it was.
    func save(_ keys: [ServerKey]) async throws(EventStoreError) -> [Bool]
}

/// Keeps keys in memory, for as long as the process lives.
package final class MemoryServerKeyStore: ServerKeyStore {
    private let keys: Mutex<[ServerName: [ServerKeyID: ServerKey]]>

    package init() {
        keys = Mutex([:])
    }

    package func keys(of servers: [ServerName]) async throws(EventStoreError) -> [ServerKey] {
        keys.withLock { keys in Set(servers).flatMap { keys[$0].map { Array($0.values) } ?? [] } }
    }

    package func save(_ newKeys: [ServerKey]) async throws(EventStoreError) -> [Bool] {
        keys.withLock { keys in
            newKeys.map { key in
                let stored = keys[key.id.server]?[key.id]
                guard stored.map({ key.isNewer(than: $0) }) ?? true else { return false }
                keys[key.id.server, default: [:]][key.id] = key
                return true
            }
        }
    }
}
