package import EventAuthorization
package import MatrixEvents

/// Where accepted events are kept: PostgreSQL in production, memory in tests and for a server without a database.
package protocol EventStore: Sendable {
    /// In one query: every stored event with one of `ids`, and what was decided of those with one of `known`, whose
    /// content the caller has already. In room versions 1 and 2 several rooms may hold the same id; each is returned.
    func load(_ ids: [EventID], outcomesOf known: [EventID]) async throws(EventStoreError) -> LoadedRows

    /// Hands `receive` the events with `ids` in the room, and everything of the room that is reachable from them by
    /// citation, in any order and each once: in one query, however long the chain is, and never all of it in memory.
    ///
    /// - Parameter receive: called for one event after the other, on whatever thread; false ends the stream.
    func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError)

    /// Hands `receive` every event of the room, in any order, in one query and never all of it in memory.
    ///
    /// - Parameter receive: called for one event after the other, on whatever thread; false ends the stream.
    func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError)

    /// Hands `receive` the events with `ids` in the room, in that order, in one query; those that are not stored are
    /// left out.
    ///
    /// - Parameter receive: called for one event after the other, on whatever thread; false ends the stream.
    func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError)

    /// The ids of the events that are the room's current state; `nil` where the store knows no state of the room.
    func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]?

    /// Stores all of `events` or none. Those that their room has already stay as they are.
    ///
    /// - Returns: for each event, in order, whether it was new.
    func save(_ events: [NewEvent]) async throws(EventStoreError) -> [Bool]

    /// Keeps what whole chains say of events of the room. What is kept already stays as it is: it cannot change.
    func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError)

    /// Keeps the current state of the room, in place of what it was before: the ids of its events, all of them stored.
    func saveState(_ ids: [EventID], of roomID: RoomID) async throws(EventStoreError)

    /// Reports changes of what was decided of stored events, whoever makes them, until the task is cancelled.
    func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async
}

extension EventStore {
    /// Of a store that keeps events and no states.
    package func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]? { nil }

    /// Every stored event with one of `ids`, in any order.
    package func load(_ ids: [EventID]) async throws(EventStoreError) -> [StoredEvent] {
        try await load(ids, outcomesOf: []).events
    }
}

/// Why the store gave no answer. None of these says anything about an event.
package enum EventStoreError: Error, Equatable, Sendable {
    /// The store is away, too slow or closing; the same call may succeed later.
    case unavailable(String)
    /// The store answered what it must not: a row that nothing can be made of, or a statement it refuses.
    case defective(String)
    /// The store is somebody else's, and only read.
    case readOnly(String)
}

/// What one query found.
package struct LoadedRows: Sendable {
    package var events: [StoredEvent]
    package var outcomes: [(id: EventID, roomID: RoomID, outcome: StoredOutcome)]

    package init(
        events: [StoredEvent] = [],
        outcomes: [(id: EventID, roomID: RoomID, outcome: StoredOutcome)] = []
    ) {
        self.events = events
        self.outcomes = outcomes
    }
}

/// A change of what was decided of stored events.
package enum OutcomeChange: Equatable, Sendable {
    case of([EventID])
    /// Changes may have gone unseen, as while a connection was lost: everything is to be read again.
    case unseen
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
    /// Whether the event counts as rejected when others cite it: denied here, or rejected by whoever brought it. The one
    /// thing of an event that may change.
    package let isRejected: Bool
    /// What the whole chain says of the event; `nil` as long as nobody asked.
    package let chainVerdict: ChainVerdict?

    package init(
        verdict: Decision.Verdict,
        rule: String,
        isRejected: Bool,
        chainVerdict: ChainVerdict? = nil
    ) {
        self.verdict = verdict
        self.rule = rule
        self.isRejected = isRejected
        self.chainVerdict = chainVerdict
    }
}

/// What the rules say of an event when every event of its auth chain is decided from its content alone, down to the
/// create event, and nobody's word is taken for any of them. It cannot change.
package struct ChainVerdict: Hashable, Sendable {
    package let verdict: Decision.Verdict
    /// The rule that decided, as ``Rule`` spells it.
    package let rule: String

    package init(verdict: Decision.Verdict, rule: String) {
        self.verdict = verdict
        self.rule = rule
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
