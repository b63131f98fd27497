import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// What an event claims to be authorized by, and where that is found.
struct Claims {
    private let event: Event
    private let cited: [EventID]
    private let atHand: EventsAtHand

    /// - Parameter cited: the references to decide by, in place of the event's own.
    init(_ event: Event, cited: [EventID], atHand: EventsAtHand) {
        self.event = event
        self.cited = cited
        self.atHand = atHand
    }

    func citedEvents() throws(Unfinished) -> [CitedEvent] {
        try atHand.events(cited, in: event.roomID)
    }

    /// The create event that the rules need and that need not be cited.
    func create(_ cited: [CitedEvent]) throws(Unfinished) -> ImpliedCreate {
        guard !event.isCreate else { return .none }
        if event.roomVersion == .draft2014 { return try reachableCreate(from: cited) }
        guard event.roomVersion.format.roomIDIsCreateHash else { return .none }
        let id = event.roomID.createEventID
        guard id.isHash else { return .impossible }
        return .event(try atHand.events([id], in: nil)[0])
    }

    /// The part of a room's state that decides the event.
    ///
    /// - Parameter references: the state, of which the rules read what the event's selection names.
    func protocolState(
        _ references: [EventID],
        create: ImpliedCreate,
        cited: [CitedEvent],
        at path: JSONPointer
    ) throws(Unfinished) -> ProtocolState {
        let selection = AuthEventSelection(for: event)
        var state = ProtocolState()
        for entry in try atHand.events(references, in: event.roomID).map(\.event) {
            guard let key = entry.stateKeyPair, let slot = selection.slot(for: key) else { continue }
            guard state.place(entry, in: slot) else {
                let expected = "a state with one event at \(key), not two"
                throw .failed(.invalidParams(path: path, expected: expected))
            }
        }
        // A room has one create event: where the state leaves it out, it is the one that the event is claimed by.
        if state.create == nil { state.create = knownCreate(create, cited) }
        return state
    }

    private func knownCreate(_ create: ImpliedCreate, _ cited: [CitedEvent]) -> Event? {
        if case .event(let implied) = create { return implied.event }
        return cited.first { $0.event.stateKeyPair == StateKey(.create) }?.event
    }

    /// The draft of 2014 takes the create event from anywhere behind the listed events.
    private func reachableCreate(from cited: [CitedEvent]) throws(Unfinished) -> ImpliedCreate {
        var visited = Set(cited.map(\.event.id))
        var level = cited
        while !level.isEmpty {
            if let create = level.first(where: { $0.event.stateKeyPair == StateKey(.create) }) { return .event(create) }
            let next = level.flatMap(\.event.authEvents).filter { visited.insert($0).inserted }
            guard visited.count <= Self.visitLimit else {
                throw .failed(.tooLarge(what: "the protocol graph", limit: Self.visitLimit, unit: .events))
            }
            level = try atHand.events(next, in: event.roomID)
        }
        return .none
    }

    /// Events that one request may walk over in search of the create event.
    private static let visitLimit = 10_000
}
