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
        case check(JSONValue, references: [EventID]?, states: [Gate: [EventID]], checks: EventChecks)
        /// The method that was called, with its own parameters; where some are `replaced`, by these ids.
        case same(StaticString, Params, replaced: [String: [EventID]])
    }

    /// An event that the call needs.
    struct Needed: Sendable {
        let id: EventID
        let roomID: RoomID
        /// Whether it counted as rejected.
        let isRejected: Bool
        /// The event, as it was when it was decided by, where the request brought it along; `nil` for one that is stored.
        let brought: Event?
    }

    private struct Key: Hashable {
        let id: EventID
        let roomID: RoomID
    }

    private(set) var call: Call
    /// The events that the call needs, each once.
    private(set) var needed: [Needed] = []
    private var known: Set<Key> = []

    init(call: Call) {
        self.call = call
    }

    /// - Parameter atHand: what the events were found among. It is not kept: many decisions come from one request.
    mutating func need(_ events: some Sequence<CitedEvent>, among atHand: EventsAtHand) {
        for cited in events { need(cited.event, isRejected: cited.isRejected, atHand) }
    }

    mutating func need(_ events: some Sequence<AuthEvent>, among atHand: EventsAtHand) {
        for event in events { need(event, isRejected: false, atHand) }
    }

    /// Has the call hold the event against `state` at `gate`.
    mutating func hold(against state: [AuthEvent], at gate: Gate, among atHand: EventsAtHand) {
        guard case .check(let event, let references, var states, let checks) = call else { return }
        states[gate, default: []] += state.map(\.id).filter { states[gate]?.contains($0) != true }
        call = .check(event, references: references, states: states, checks: checks)
        need(state, among: atHand)
    }

    /// Has the call name these ids under the parameter `name`, in place of what it named.
    mutating func replace(_ name: String, by ids: [EventID]) {
        guard case .same(let method, let params, var replaced) = call else { return }
        replaced[name] = ids
        call = .same(method, params, replaced: replaced)
    }

    private mutating func need(_ event: AuthEvent, isRejected: Bool, _ atHand: EventsAtHand) {
        guard known.insert(Key(id: event.id, roomID: event.roomID)).inserted else { return }
        let brought = atHand.brought(event.id, of: event.roomID)
        needed.append(Needed(id: event.id, roomID: event.roomID, isRejected: isRejected, brought: brought))
    }
}
