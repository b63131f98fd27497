import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// What an event claims to be authorized by, found.
struct Claims {
    private let event: Event
    private let cited: [CitedEvent]
    private let create: ImpliedCreate
    /// What lies between the cited events and a create event that had to be walked to.
    private let walked: [CitedEvent]

    /// - Parameters:
    ///   - references: what to decide by, in place of the event's own citations.
    ///   - versionPath: where the request names the room version.
    init(
        _ event: Event,
        references: [EventID]? = nil,
        atHand: borrowing EventsAtHand,
        versionPath: @autoclosure () -> JSONPointer
    ) throws(Unfinished) {
        self.event = event
        let references = references ?? event.authEvents
        let implied = event.impliedCreateID
        let found = try atHand.events(implied.map { references + [$0] } ?? references, in: event.roomID)
        cited = implied == nil ? found : found.dropLast()
        let walk: (create: CitedEvent?, walked: [CitedEvent]) =
            event.roomVersion == .draft2014 && !event.isCreate
            ? try atHand.create(reachableFrom: cited, in: event.roomID) : (nil, [])
        walked = walk.walked
        create =
            if let create = implied == nil ? walk.create : found.last {
                .event(create)
            } else if event.roomVersion.format.roomIDIsCreateHash, !event.isCreate {
                .impossible
            } else {
                .none
            }
        try checkForCircle(atHand)
        try finishing { () throws(RPCError) in try checkVersion(at: versionPath()) }
    }

    /// Everything that the decision rests on: what is cited, the create event where it is implied, and what leads to it.
    var found: [CitedEvent] {
        if case .event(let implied) = create { return cited + [implied] + walked }
        return cited + walked
    }

    /// Decides the event by what it cites.
    func decide() -> Decision {
        Authorization.decide(event, citing: cited, create: create)
    }

    /// As ``decide()``, with every rule tried.
    func explain() -> (decision: Decision, trace: [RuleTrial]) {
        Authorization.explain(event, citing: cited, create: create)
    }

    /// The event as it is held against these claims, and after them against `states`.
    func held(against states: [ProtocolState]) -> AuthorizationCase {
        AuthorizationCase(event, claims: AuthorizationCase.Claims(citing: cited, create: create), states: states)
    }

    /// The part of a room's state that decides the event.
    ///
    /// - Parameter references: the state, of which the rules read what the event's selection names.
    func protocolState(
        _ references: [EventID],
        atHand: EventsAtHand,
        at path: JSONPointer
    ) throws(Unfinished) -> ProtocolState {
        let selection = AuthEventSelection(for: event)
        var state = ProtocolState()
        let room = (id: event.roomID, version: event.roomVersion)
        for (index, entry) in try atHand.state(references, of: room, at: path).enumerated() {
            guard let slot = selection.slot(for: entry), let key = entry.stateKeyPair else { continue }
            guard state.place(entry, in: slot) else {
                let expected = "a state with one event at \(key), not two"
                throw .failed(.invalidParams(path: path.appending(index), expected: expected))
            }
        }
        // A room has one create event: where the state leaves it out, it is the one that the event is claimed by.
        if state.create == nil { state.create = knownCreate }
        return state
    }

    /// The room's create event, where the event cites it or its room id names it.
    var knownCreate: AuthEvent? {
        if case .event(let implied) = create { return implied.event }
        return cited.first { $0.event.stands(at: StateKey(.create)) }?.event
    }

    /// Where ids are chosen by senders, an event may be made that authorizes itself, alone or together with another.
    private func checkForCircle(_ atHand: borrowing EventsAtHand) throws(Unfinished) {
        guard event.roomVersion.format.carriesID else { return }
        for other in cited.map(\.event) {
            let citesEvent = try atHand.citations(of: other).contains(event.id)
            guard citesEvent || other.id == event.id else { continue }
            let ids = Set([event.id.text.string, other.id.text.string]).sorted()
            throw .failed(.graphCorrupt(eventIDs: ids, explanation: "the event is among those that authorize it"))
        }
    }

    /// The rule set has to be that of the room's create event, and of what is stored for the room.
    private func checkVersion(at path: @autoclosure () -> JSONPointer) throws(RPCError) {
        let version = event.roomVersion
        let other = cited.first { $0.event.roomVersion != version && $0.event.roomID == event.roomID }?.event
        if let other {
            throw .invalidParams(path: path(), expected: "\"\(other.roomVersion)\", as \(other.id) is stored")
        }
        guard !event.isCreate else { return }
        for create in cited where create.event.isCreate && create.event.roomID == event.roomID {
            try create.event.checkNamesVersion(version, at: path())
        }
        if case .event(let implied) = create, implied.event.isCreate {
            try implied.event.checkNamesVersion(version, at: path())
        }
    }
}
