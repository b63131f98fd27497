import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `events.get`: stored PDUs by their ids.
    var getEvents: Method {
        Method(
            "events.get",
            role: .check,
            summary: "Gives stored PDUs, byte for byte as they were accepted.",
            parameters: [
                .required("event_ids", .array(of: .reference), "The ids to look for.")
            ],
            result: .object([
                .required("events", .array(of: .event), "The PDUs found, in the order asked for."),
                .required("missing", .array(of: .reference), "The ids that are not stored."),
            ]),
            errors: [.storeUnavailable, .graphCorrupt]
        ) { params throws(RPCError) in
            let ids = params.references("event_ids") ?? []
            return try answer { atHand throws(Unfinished) in
                let found = try atHand.stored(ids)
                return JSONFragment { writer in
                    writer.object { writer in
                        writer.key("events")
                        writer.array { writer in
                            for event in found.events { writer.raw(event.json.value.source) }
                        }
                        writer.key("missing")
                        writer.eventIDs(found.missing)
                    }
                }
            }
        }
    }
}

extension EventsAtHand {
    /// What is stored under `ids`. Where several rooms have an id (room versions 1 and 2), each room's event is given.
    fileprivate func stored(_ ids: [EventID]) throws(Unfinished) -> (events: [Event], missing: [EventID]) {
        var events: [Event] = []
        var missing: [EventID] = []
        var unknown = EventNeeds()
        for id in ids {
            do throws(Unfinished) {
                let found = try stored(id, in: nil)
                events += found
                if found.isEmpty { missing.append(id) }
            } catch {
                guard case .needs(let more) = error else { throw error }
                unknown.form(union: more)
            }
        }
        guard unknown.isEmpty else { throw .needs(unknown) }
        return (events, missing)
    }
}
