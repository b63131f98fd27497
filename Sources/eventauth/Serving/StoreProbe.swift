import PostgresStore
import RPCServer
import Synchronization

/// Asks a database whether it answers, and now and then whether its tables are still those of this build.
final class StoreProbe: Sendable {
    private let store: PostgresStore
    private let count = Atomic<Int>(0)
    /// One probe in so many looks at the tables, which takes a connection of its own.
    private static let schemaInterval = 30

    init(_ store: PostgresStore) {
        self.store = store
    }

    /// What keeps the database from serving; `nil` where nothing does.
    func obstacle() async -> Health.Obstacle? {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        do throws(PostgresError) {
            try await store.probe()
            if number.isMultiple(of: Self.schemaInterval) { try await store.checkSchema() }
            return nil
        } catch .schemaNotCurrent {
            return .schema
        } catch {
            return .database
        }
    }
}
