/// How much of a pool is in use.
package struct PoolStatistics: Sendable, Equatable {
    /// Connections that the pool may hold.
    package let connectionCount: Int
    /// Connections that are lent to a caller now.
    package let inUseCount: Int
    /// Callers that wait for a connection now.
    package let waiterCount: Int
}

/// What the store asks the database for, and so which connections it is asked on.
package enum DatabaseWork: String, CaseIterable, Sendable {
    /// Look-ups of events and keys.
    case load
    /// Look-ups of events, on read replicas.
    case replica
    /// Whole chains and rooms, event by event.
    case stream
    /// What changes the database.
    case write
    /// Whether the database answers.
    case probe
}
