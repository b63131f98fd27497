import AuthGraph
import MatrixEvents
import Synchronization

/// A store of keys in memory that counts what it is asked, and fails where a test wants it to.
final class ScriptedKeyStore: ServerKeyStore {
    private struct State {
        var failure: EventStoreError?
        var loads: [Set<String>] = []
    }

    private let keys = MemoryServerKeyStore()
    private let state = Mutex(State())

    /// The servers that every query so far asked for.
    var loads: [Set<String>] { state.withLock(\.loads) }

    var failure: EventStoreError? {
        get { state.withLock(\.failure) }
        set { state.withLock { $0.failure = newValue } }
    }

    func keys(of servers: [ServerName]) async throws(EventStoreError) -> [ServerKey] {
        let failure = state.withLock { state in
            state.loads.append(Set(servers.map(\.description)))
            return state.failure
        }
        if let failure { throw failure }
        return try await keys.keys(of: servers)
    }

    func save(_ newKeys: [ServerKey]) async throws(EventStoreError) -> [Bool] {
        try await keys.save(newKeys)
    }
}
