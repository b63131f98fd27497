import JSONRPC
import MatrixEvents

/// What a request asks of the checks beside the event.
struct CheckRequest {
    /// A state of the room that the event is held against.
    struct State {
        let gate: Gate
        let references: [EventID]
        /// Where the request names it.
        let path: JSONPointer

        /// The parameters that name one, in the order of their gates.
        fileprivate static let names: [(Gate, StaticString)] = [(.state, "state"), (.currentState, "current_state")]
    }

    /// What to decide by, in place of the event's own citations.
    let authEvents: [EventID]?
    /// The states that are given, in the order of their gates.
    let states: [State]
    /// Ids that the caller knows to have been rejected.
    let rejected: Set<EventID>
    let explains: Bool
    /// Which checks run beside the rules.
    let checks: EventChecks
    private let params: Params

    /// Where the request names the room version.
    var versionPath: JSONPointer { params.path(to: "room_version") }

    /// A request about one event.
    init(one params: Params) {
        self.params = params
        checks = params.checks
        authEvents = params.references("auth_events")
        states = State.names.compactMap { gate, name in
            params.references(name).map { State(gate: gate, references: $0, path: params.path(to: name)) }
        }
        rejected = Set(params.references("rejected") ?? [])
        explains = params.optionalBool("explain") ?? false
    }

    /// A request about many events, none of which is held against a state.
    init(many params: Params) {
        self.init(params, checks: params.checks, states: [], rejected: [])
    }

    /// A request about an event that another server sent on its user's way into a room: everything is checked that the
    /// event itself shows.
    init(flow params: Params, states: [State] = [], rejected: Set<EventID> = []) {
        self.init(params, checks: [.format, .signatures, .hash], states: states, rejected: rejected)
    }

    private init(_ params: Params, checks: EventChecks, states: [State], rejected: Set<EventID>) {
        self.params = params
        self.checks = checks
        self.states = states
        self.rejected = rejected
        authEvents = nil
        explains = false
    }
}
