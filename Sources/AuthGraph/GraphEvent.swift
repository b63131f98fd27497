import CanonicalJSON
package import EventAuthorization
package import MatrixEvents

/// An event of the auth graph in memory, with what the store says of it.
package struct GraphEvent: Sendable {
    package let event: Event
    package let outcome: StoredOutcome

    package init(_ event: Event, outcome: StoredOutcome) {
        self.event = event
        self.outcome = outcome
    }

    package var cited: CitedEvent { CitedEvent(event, isRejected: outcome.isRejected) }

    /// Bytes that the event takes in memory, near enough for a budget.
    var byteCount: Int { event.json.value.documentByteCount + Self.overhead }

    /// The event's fields and its place in the cache.
    private static let overhead = 512
}

/// Why the graph gave no events.
package enum AuthGraphError: Error, Equatable, Sendable {
    case store(EventStoreError)
    /// A stored event whose content does not match its id, or that is no event at all.
    case corrupt([EventID], explanation: String)
}
