import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `events.put`: stores events with their verdicts.
    var putEvents: Method {
        Method(
            "events.put",
            role: .write,
            timeLimit: .seconds(120),
            summary: "Decides events by their auth events and stores them with their verdicts: all, or none.",
            parameters: [
                .roomVersion,
                .required("events", .array(of: .event), "PDUs, in any order; they may cite each other."),
                .checks,
                .optional("state_of", .stateOfRoom, "The current state of a room, to be kept in place of what it was."),
            ],
            result: .object([
                .required("results", .array(of: .stored), "What became of each event, in the order sent.")
            ]),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .graphCorrupt, .readOnly]
        ) { params throws(RPCError) in
            let named = try params.roomVersion()
            // Writing waits in any case, so nothing is decided on the way in.
            return .waiting { () async throws(RPCError) in
                let (batch, state) = try await loading(eventsAtHand()) { atHand throws(Unfinished) in
                    let batch = try EventBatch(params, named: named, atHand)
                    return (try batch.decided(), try batch.state(params))
                }
                let events = batch.map(\.new)
                let areNew = try await save(events)
                // After the events, which it may name. Where that fails, all is put once more.
                if let state { try await save(state) }
                for (decided, isNew) in zip(batch, areNew) where isNew {
                    if let result = decided.result { self.decided(result, for: params) }
                }
                return JSONFragment { $0.results(of: events, areNew: areNew) }
            }
        }
    }

    private func save(_ state: StateOfRoom) async throws(RPCError) {
        try await graphCall { () async throws(AuthGraphError) in
            try await graph.saveState(state.ids, of: state.roomID)
        }
    }

    private func save(_ batch: [NewEvent]) async throws(RPCError) -> [Bool] {
        do throws(AuthGraphError) {
            return try await graph.save(batch)
        } catch {
            throw rpcError(error)
        }
    }
}

extension Schema {
    fileprivate static let stateOfRoom = Schema.object([
        .required("room_id", .string, "The room."),
        .required("event_ids", .array(of: .reference), "Its state: stored events, or some of this request."),
    ])

    fileprivate static let stored = Schema.object([
        .required("event_id", .reference, "The event's id."),
        .required("stored", .oneOf(["new", "known"]), "Whether the event was stored now or before."),
        .required("verdict", .verdict, "Whether its auth events allow the event."),
        .required("rule", .string, "The rule that decided."),
    ])
}

extension JSONWriter {
    fileprivate mutating func results(of batch: [NewEvent], areNew: [Bool]) {
        object { writer in
            writer.key("results")
            writer.array { writer in
                for (new, isNew) in zip(batch, areNew) {
                    writer.object { writer in
                        writer.key("event_id")
                        writer.eventID(new.event.id)
                        writer.key("stored")
                        writer.string(isNew ? "new" : "known")
                        writer.key("verdict")
                        writer.string(new.outcome.verdict.rawValue)
                        writer.key("rule")
                        writer.string(new.outcome.rule)
                    }
                }
            }
        }
    }
}
