import PostgresStore
import RPCServer
import Synchronization

/// Asks a database whether it answers, and now and then whether its tables are still those of this build.
final class StoreProbe: Sendable {
    private let store: PostgresStore
    private let schemaInterval: Int
    /// Probes until the tables are looked at again: none as long as they are not those of this build.
    private let probesLeft: Mutex<Int>

    /// - Parameter schemaInterval: one probe in so many looks at the tables, which takes a connection of its own.
    init(_ store: PostgresStore, schemaInterval: Int = 30) {
        self.store = store
        self.schemaInterval = schemaInterval
        probesLeft = Mutex(schemaInterval)
    }

    /// What keeps the database from serving; `nil` where nothing does.
    func obstacle() async -> Health.Obstacle? {
        do throws(PostgresError) {
            try await store.probe()
            guard isSchemaDue() else { return nil }
            try await store.checkSchema()
            probesLeft.withLock { $0 = schemaInterval }
            return nil
        } catch {
            switch error {
            case .schemaNotCurrent, .schemaNotSupported: return .schema
            default: return .database
            }
        }
    }

    private func isSchemaDue() -> Bool {
        probesLeft.withLock { left in
            left = max(0, left - 1)
            return left == 0
        }
    }
}
