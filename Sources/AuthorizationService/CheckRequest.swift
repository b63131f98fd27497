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
    }

    /// Which checks run beside the rules.
    private enum Checks {
        /// Those that the request names.
        case asked(Params)
        /// Those that the method always runs.
        case always([StaticString])
    }

    /// What to decide by, in place of the event's own citations.
    let authEvents: [EventID]?
    /// The states that are given, in the order of their gates.
    let states: [State]
    /// Ids that the caller knows to have been rejected.
    let rejected: Set<EventID>
    let explains: Bool
    let versionPath: JSONPointer
    private let checks: Checks

    /// A request about one event.
    init(one params: Params) {
        checks = .asked(params)
        authEvents = params.references("auth_events")
        states = [(Gate.state, "state" as StaticString), (.currentState, "current_state")].compactMap { gate, name in
            params.references(name).map { State(gate: gate, references: $0, path: params.path(to: name)) }
        }
        rejected = Set(params.references("rejected") ?? [])
        explains = params.optionalBool("explain") ?? false
        versionPath = params.path(to: "room_version")
    }

    /// A request about many events, none of which is held against a state.
    init(many params: Params) {
        self.init(checks: .asked(params), states: [], rejected: [], versionPath: params.path(to: "room_version"))
    }

    /// A request about an event that another server sent on its user's way into a room: everything is checked that the
    /// event itself shows.
    init(flow params: Params, states: [State] = [], rejected: Set<EventID> = []) {
        self.init(
            checks: .always(["format", "signatures", "hash"]),
            states: states,
            rejected: rejected,
            versionPath: params.path(to: "room_version")
        )
    }

    private init(checks: Checks, states: [State], rejected: Set<EventID>, versionPath: JSONPointer) {
        self.checks = checks
        self.states = states
        self.rejected = rejected
        self.versionPath = versionPath
        authEvents = nil
        explains = false
    }

    /// The checks asked for that look at the event and its state alone: all but `chain`.
    var checksOfEvent: [StaticString] {
        ["format", "signatures", "hash", "policy"].filter { asksFor($0) }
    }

    func asksFor(_ check: StaticString) -> Bool {
        switch checks {
        case .asked(let params): params.asksFor(check)
        case .always(let names): names.contains { $0.description == check.description }
        }
    }
}
