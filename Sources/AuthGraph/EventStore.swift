package import EventAuthorization
package import MatrixEvents

/// Where accepted events are kept: PostgreSQL in production, memory in tests and for a server without a database.
package protocol EventStore: Sendable {
    /// Every stored event with one of `ids`, in any order. In room versions 1 and 2 several rooms may hold the same id;
    /// each is returned.
    func load(_ ids: [EventID]) async throws(EventStoreError) -> [StoredEvent]

    /// Stores all of `events` or none. Those that their room has already stay as they are.
    ///
    /// - Returns: for each event, in order, whether it was new.
    func save(_ events: [NewEvent]) async throws(EventStoreError) -> [Bool]
}

/// Why the store gave no answer. None of these says anything about an event.
package enum EventStoreError: Error, Equatable, Sendable {
    /// The store is away, too slow or closing; the same call may succeed later.
    case unavailable(String)
    /// The store answered what it must not: a row that nothing can be made of, or a statement it refuses.
    case defective(String)
}

/// An event as it is kept: its bytes exactly as they were accepted, and what was decided of it.
package struct StoredEvent: Sendable {
    package let id: EventID
    package let roomID: RoomID
    package let roomVersion: RoomVersion
    package let pdu: [UInt8]
    package let outcome: StoredOutcome

    package init(id: EventID, roomID: RoomID, roomVersion: RoomVersion, pdu: [UInt8], outcome: StoredOutcome) {
        self.id = id
        self.roomID = roomID
        self.roomVersion = roomVersion
        self.pdu = pdu
        self.outcome = outcome
    }
}

/// What was decided of a stored event.
package struct StoredOutcome: Equatable, Sendable {
    /// By its own auth events.
    package let verdict: Decision.Verdict
    /// The rule that decided, as ``Rule`` spells it.
    package let rule: String
    /// Whether the event counts as rejected when others cite it: denied here, or rejected by whoever brought it.
    package let isRejected: Bool

    package init(verdict: Decision.Verdict, rule: String, isRejected: Bool) {
        self.verdict = verdict
        self.rule = rule
        self.isRejected = isRejected
    }
}

/// An event to be kept.
package struct NewEvent: Sendable {
    package let event: Event
    /// The PDU exactly as it was accepted.
    package let pdu: [UInt8]
    package let outcome: StoredOutcome

    package init(_ event: Event, pdu: [UInt8], outcome: StoredOutcome) {
        self.event = event
        self.pdu = pdu
        self.outcome = outcome
    }
}
