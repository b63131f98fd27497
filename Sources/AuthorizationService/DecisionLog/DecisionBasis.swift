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

    var call: Call
    /// The room whose events are needed; `nil` where none are.
    var roomID: RoomID?
    /// The events that the call needs, and whether each counted as rejected.
    var needed: [EventID: Bool] = [:]
    /// What the events were found among.
    var atHand: EventsAtHand

    /// Those of the events needed that the request brought along, as they were when they were decided by.
    var brought: [Event] {
        guard let roomID else { return [] }
        return needed.keys.sorted { $0.text < $1.text }.compactMap { atHand.brought($0, preferring: roomID) }
    }

    mutating func need(_ events: some Sequence<CitedEvent>) {
        for cited in events { needed[cited.event.id] = cited.isRejected }
    }

    mutating func need(_ events: some Sequence<AuthEvent>) {
        for event in events where needed[event.id] == nil { needed[event.id] = false }
    }

    /// Has the call hold the event against `state` at `gate`.
    mutating func hold(against state: [AuthEvent], at gate: Gate) {
        guard case .check(let event, let references, var states, let checks) = call else { return }
        states[gate, default: []] += state.map(\.id).filter { states[gate]?.contains($0) != true }
        call = .check(event, references: references, states: states, checks: checks)
        need(state)
    }
}
