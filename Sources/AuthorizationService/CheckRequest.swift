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

    /// What to decide by, in place of the event's own citations.
    let authEvents: [EventID]?
    /// The states that are given, in the order of their gates.
    let states: [State]
    let explains: Bool
    let versionPath: JSONPointer
    private let params: Params

    /// A request about one event.
    init(one params: Params) {
        self.params = params
        authEvents = params.references("auth_events")
        states = [(Gate.state, "state" as StaticString), (.currentState, "current_state")].compactMap { gate, name in
            params.references(name).map { State(gate: gate, references: $0, path: params.path(to: name)) }
        }
        explains = params.optionalBool("explain") ?? false
        versionPath = params.path(to: "room_version")
    }

    /// A request about many events, none of which is held against a state.
    init(many params: Params) {
        self.params = params
        authEvents = nil
        states = []
        explains = false
        versionPath = params.path(to: "room_version")
    }

    func asksFor(_ check: StaticString) -> Bool { params.asksFor(check) }
}
