import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `auth.check`: may this event happen, and which rule says so?
    var check: Method {
        Method(
            "auth.check",
            summary: "Decides whether an event may happen, and names the rule that decided it.",
            parameters: [
                .optional("event", .event, "The PDU to decide."),
                .optional("event_id", .reference, "The id of a stored event to decide, in place of `event`."),
                .roomVersion,
                .optional(
                    "auth_events",
                    .array(of: .reference),
                    "The claimed protocol-event references; by default the event's own `auth_events`."
                ),
                .broughtEvents,
                .optional("state", .array(of: .reference), "The room's state before the event: adds that check."),
                .optional("current_state", .array(of: .reference), "The room's current state: adds that check."),
                .checks,
                .optional(
                    "keys",
                    .map(of: .map(of: .string)),
                    "Signing keys by server and key id, for checks of signatures; no check reads them yet."
                ),
                .optional("rejected", .array(of: .reference), "Ids that the caller knows to have been rejected."),
                .optional("explain", .boolean, "Whether to tell every rule that was tried."),
                .timeout,
            ],
            result: .named("Decision", .decision),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .deadlineExceeded, .graphCorrupt]
        ) { params throws(RPCError) in
            guard (params["event"] == nil) != (params["event_id"] == nil) else {
                throw .invalidParams(path: params.path(to: "event"), expected: "either event or event_id")
            }
            let named = try params.roomVersion()
            return try answer(within: params.timeout) { atHand throws(Unfinished) in
                do throws(Unfinished) {
                    let result = try checkResult(params, named: named, atHand)
                    return JSONFragment { result.write(to: &$0) }
                } catch {
                    guard case .needs(var needs) = error else { throw error }
                    // One query brings what later checks need along with what the first one needs.
                    needs.cited += atHand.unknown(among: params.namedReferences, in: needs.roomID)
                    throw .needs(needs)
                }
            }
        }
    }
}

private func checkResult(
    _ params: Params,
    named: RoomVersion?,
    _ atHand: EventsAtHand
) throws(Unfinished) -> CheckResult {
    guard let value = params["event"] else { return try checkStoredEvent(params, named: named, atHand) }
    let object = value.object
    let version = try atHand.roomVersion(
        named: named,
        example: object,
        brought: params.optionalArray("events"),
        references: params.references("auth_events") ?? object?.rawReferences ?? []
    )
    let run = CheckRun(params, version: version, atHand: try atHand.bringing(params, version))
    let event: Event
    do throws(FormatViolation) {
        event = try Event(value, roomVersion: version)
    } catch {
        // An id that is not the event's own is a mistake of the caller's, not of the event's sender.
        let isWrongID = error.rule == .eventID && !version.format.carriesID
        guard params.asksFor("format"), !isWrongID else {
            let path = params.path(to: "event").appending(pointer: error.path)
            throw .failed(.invalidParams(path: path, expected: error.expectation))
        }
        return run.result(of: error)
    }
    return try run.result(for: event)
}

private func checkStoredEvent(
    _ params: Params,
    named: RoomVersion?,
    _ atHand: EventsAtHand
) throws(Unfinished) -> CheckResult {
    let id = EventID(params.optionalString("event_id") ?? UTF8Text(""))
    let stored = try atHand.stored(id, in: nil)
    guard let event = stored.first else { throw .failed(.eventsMissing(ids: [id.text.string])) }
    guard stored.count == 1 else {
        let expected = "an id that one room has; \(stored.count) have this one, so send the event itself"
        throw .failed(.invalidParams(path: params.path(to: "event_id"), expected: expected))
    }
    guard named == nil || named == event.roomVersion else {
        let expected = "\"\(event.roomVersion)\", as the event is stored"
        throw .failed(.invalidParams(path: params.path(to: "room_version"), expected: expected))
    }
    let atHand = try atHand.bringing(params, event.roomVersion)
    return try CheckRun(params, version: event.roomVersion, atHand: atHand).result(for: event)
}

extension Params {
    /// The ids under every parameter that names some.
    fileprivate var namedReferences: [EventID] {
        ["auth_events", "state", "current_state"].flatMap { references($0) ?? [] }
    }
}

extension EventsAtHand {
    /// With the events that the request brings along.
    fileprivate func bringing(_ params: Params, _ version: RoomVersion) throws(Unfinished) -> EventsAtHand {
        let events = try finishing { () throws(RPCError) in try params.events("events", version) }
        return bringing(events, rejected: Set(params.references("rejected") ?? []))
    }
}
