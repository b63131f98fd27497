import MatrixEvents

/// What came of the signatures of events.
///
/// An id does not cover signatures, so that each event is told apart from others with the same id.
struct SignatureFindings: Sendable {
    /// Kept, so that no later event is taken for one of these.
    private let events: [Event]
    private var byEvent: [ObjectIdentifier: SignatureFinding] = [:]

    init() {
        events = []
    }

    /// - Parameter findings: what came of each of `events`, in their order.
    init(_ events: [Event], _ findings: [SignatureFinding]) {
        self.events = events
        byEvent.reserveCapacity(events.count)
        for (event, finding) in zip(events, findings) { byEvent[ObjectIdentifier(event)] = finding }
    }

    /// What came of those of `event`; `nil` where they were not checked.
    subscript(event: Event) -> SignatureFinding? { byEvent[ObjectIdentifier(event)] }
}
