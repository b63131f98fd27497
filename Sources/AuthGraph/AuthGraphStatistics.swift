/// What there is in memory, and how it came there.
package struct AuthGraphStatistics: Sendable {
    /// Events as others cite them.
    package let cited: CacheStatistics
    /// Events themselves.
    package let whole: CacheStatistics
    package let roomCount: Int
    /// Complete walks that are remembered.
    package let walkCount: Int
    /// Bytes of those.
    package let walkByteCount: Int
    /// Queries for events and chains, since the start.
    package let queryCount: Int
    /// Callers that wait for the store now.
    package let waiterCount: Int

    /// Events as others cite them.
    package var eventCount: Int { cited.eventCount }

    /// Bytes of everything that is kept.
    package var byteCount: Int { cited.byteCount + whole.byteCount + walkByteCount }
}

/// What one cache of events holds, and what it was asked for since the start.
package struct CacheStatistics: Sendable, Equatable {
    package let eventCount: Int
    package let byteCount: Int
    /// Look-ups of an event that was there.
    package let hitCount: Int
    /// Look-ups of an event that was not, or of which it was not known any more whether it counts as rejected.
    package let missCount: Int
    /// Events that were taken out for others.
    package let evictionCount: Int
}
