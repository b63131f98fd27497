package import EventAuthorization
package import MatrixEvents

/// A stored event as it was loaded for a request.
package struct GraphEvent: Sendable {
    package let event: AuthEvent
    package let outcome: StoredOutcome
    /// The event itself; `nil` where memory had what others see of it, and only the outcome was read.
    package let whole: Event?

    /// What others see of `event` is what its content hash covers, whoever stored the rest with it: else another content
    /// could be put under the id of an accepted event. What they see of a membership survives redaction, so that its hash
    /// makes no difference.
    package init(_ event: Event, outcome: StoredOutcome) throws(AuthGraphError) {
        self.event = AuthEvent(event.type == .member ? event : try event.asCovered())
        self.outcome = outcome
        whole = event
    }

    init(known event: AuthEvent, outcome: StoredOutcome) {
        self.event = event
        self.outcome = outcome
        whole = nil
    }

    package var cited: CitedEvent { CitedEvent(event, isRejected: outcome.isRejected) }
}

extension GraphEvent {
    /// The event that the stored bytes hold; see ``StoredEvent/event()``.
    init(reading stored: StoredEvent) throws(AuthGraphError) {
        try self.init(try stored.event(), outcome: stored.outcome)
    }
}

extension StoredEvent {
    /// The event that the stored bytes hold, made sure that it is the one under this id.
    func event() throws(AuthGraphError) -> Event {
        let event: Event
        do {
            event = try Event(parsing: pdu, roomVersion: roomVersion)
        } catch {
            throw .corrupt([id], explanation: "the stored event \(id) cannot be read: \(error)")
        }
        guard event.id == id else {
            throw .corrupt([id], explanation: "the event stored under \(id) has the id \(event.id)")
        }
        guard event.roomID == roomID else {
            throw .corrupt([id], explanation: "the event \(id), stored for \(roomID), is of room \(event.roomID)")
        }
        return event
    }
}

extension Event {
    /// The event as far as its content hash covers it (``covered()``).
    func asCovered() throws(AuthGraphError) -> Event {
        do throws(EventReadingError) {
            return try covered()
        } catch {
            throw .corrupt([id], explanation: "the stored event \(id) cannot be redacted: \(error)")
        }
    }
}

/// Which events a request needs before it can go on.
package struct EventNeeds: Sendable {
    /// As others cite them.
    package var cited: [EventID]
    /// Themselves, content and all.
    package var whole: [EventID]
    /// With what their whole chains say of them.
    package var verified: [EventID]
    /// The room that they are events of, where that is known: it is where memory is searched for them.
    package var roomID: RoomID?

    package init(
        cited: [EventID] = [],
        whole: [EventID] = [],
        verified: [EventID] = [],
        in roomID: RoomID? = nil
    ) {
        self.cited = cited
        self.whole = whole
        self.verified = verified
        self.roomID = roomID
    }

    package var isEmpty: Bool { cited.isEmpty && whole.isEmpty && verified.isEmpty }

    package mutating func form(union other: EventNeeds) {
        cited += other.cited
        whole += other.whole
        verified += other.verified
        roomID = roomID ?? other.roomID
    }
}

/// Why the graph gave no events.
package enum AuthGraphError: Error, Equatable, Sendable {
    case store(EventStoreError)
    /// As many callers as may wait for the store already.
    case overloaded
    /// A stored event whose content does not match its id, or that is no event at all; events that authorize each other
    /// in a circle, or those of another room.
    case corrupt([EventID], explanation: String)
    /// More events than one walk may visit.
    case tooLarge(limit: Int)
    /// Events without which there is no verdict are not stored.
    case missing([EventID])
}
