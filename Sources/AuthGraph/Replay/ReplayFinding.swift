package import EventAuthorization
package import MatrixEvents

/// Something in a stored room that is not as it should be. It keeps no event in memory.
package struct ReplayFinding: Sendable {
    /// What is the matter.
    package enum Kind: String, CaseIterable, Sendable {
        /// An event counts as accepted although the events that it cites do not allow it.
        case acceptedButDenied = "accepted_but_denied"
        /// An event counts as rejected although the events that it cites allow it. A homeserver also rejects what the state
        /// before the event does not allow, which no store keeps of a rejected event.
        case rejectedButAllowed = "rejected_but_allowed"
        /// An event that counts as rejected is cited by some that count as accepted.
        case rejectedCited = "rejected_cited"
        /// An event's content is not the one that its id names, or cannot be read.
        case contentMismatch = "content_mismatch"
        /// Events authorize each other in a circle, or rest on some that do.
        case circle
        /// A cited event is not stored, so that those that cite it cannot be decided.
        case referenceMissing = "reference_missing"
        /// The current state has an event that its own references do not allow, or that counts as rejected.
        case stateNeverAllowed = "state_never_allowed"
        /// The current state has an event that is not stored, or that cannot be read or decided.
        case stateMissing = "state_missing"
        /// The current state has fallen back behind an event that came later, is allowed, and that nothing in the current
        /// state speaks against.
        case stateReset = "state_reset"
    }

    package let kind: Kind
    /// The event that is at fault, or that is missing.
    package let eventID: EventID
    /// Where the event stands in the room's state, for a state event.
    package let key: StateKey?
    /// What the rules say of the event now, where they were asked.
    package let decision: Decision?
    /// Other events that show it: those that cite the event, or the ones that the state has lost.
    package let related: [EventID]
    /// How many such events there are; ``related`` may name the first few alone.
    package let relatedCount: Int
    /// Whether the event's content is not the one that was hashed, as after a redaction, so that the rules may see less of
    /// it than they did when it came.
    package let isPruned: Bool
    /// The values that matter, as the rest of a sentence.
    package let detail: String

    init(
        _ kind: Kind,
        _ eventID: EventID,
        key: StateKey? = nil,
        decision: Decision? = nil,
        related: [EventID] = [],
        relatedCount: Int? = nil,
        isPruned: Bool = false,
        detail: String
    ) {
        self.kind = kind
        self.eventID = eventID
        self.key = key?.detached()
        self.decision = decision?.detached()
        self.related = Array(related.prefix(Self.relatedLimit))
        self.relatedCount = relatedCount ?? related.count
        self.isPruned = isPruned
        self.detail = detail
    }

    /// How many related events a finding names.
    static let relatedLimit = 10
}

/// An event of a replay, decided anew.
package struct ReplayedEvent: Sendable {
    package let id: EventID
    package let roomVersion: RoomVersion
    /// What the rules say; `nil` where an event that it cites is missing.
    package let decision: Decision?
    /// What the store says.
    package let wasRejected: Bool
    /// What is wrong, where something is.
    package let finding: ReplayFinding?
}
