import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// What a decision was made of: a call that makes it again, and the events that this call needs.
struct DecisionBasis: Sendable {
    /// What to call.
    enum Call: Sendable {
        /// `auth.check` of one event, with those of the checks that look at the event itself.
        case check(JSONValue, references: [EventID]?, states: [Gate: [EventID]], checks: [StaticString])
        /// The method that was called, with its own parameters; where some are `replaced`, by these ids.
        case same(StaticString, Params, replaced: [String: [EventID]])
    }

    /// An event that the call needs.
    struct Needed: Sendable {
        let id: EventID
        let roomID: RoomID
        /// Whether it counted as rejected.
        let isRejected: Bool
    }

    var call: Call
    /// The events that the call needs, each once.
    private(set) var needed: [Needed] = []
    /// What they were found among.
    var atHand: EventsAtHand

    init(call: Call, atHand: EventsAtHand) {
        self.call = call
        self.atHand = atHand
    }

    mutating func need(_ events: some Sequence<CitedEvent>) {
        for cited in events { need(cited.event, isRejected: cited.isRejected) }
    }

    mutating func need(_ events: some Sequence<AuthEvent>) {
        for event in events { need(event, isRejected: false) }
    }

    /// Has the call hold the event against `state` at `gate`.
    mutating func hold(against state: [AuthEvent], at gate: Gate) {
        guard case .check(let event, let references, var states, let checks) = call else { return }
        states[gate, default: []] += state.map(\.id).filter { states[gate]?.contains($0) != true }
        call = .check(event, references: references, states: states, checks: checks)
        need(state)
    }

    /// The event that the request brought along, as it was when it was decided by; `nil` for one that is stored.
    func brought(_ needed: Needed) -> Event? {
        atHand.brought(needed.id, of: needed.roomID)
    }

    private mutating func need(_ event: AuthEvent, isRejected: Bool) {
        guard !needed.contains(where: { $0.id == event.id && $0.roomID == event.roomID }) else { return }
        needed.append(Needed(id: event.id, roomID: event.roomID, isRejected: isRejected))
    }
}
