import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `auth.check`: may this event happen, and which rule says so?
    var check: Method {
        Method(
            "auth.check",
            role: .check,
            timeLimit: .seconds(60),
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
                .allChecks,
                .keys,
                .optional("rejected", .array(of: .reference), "Ids that the caller knows to have been rejected."),
                .optional(
                    "explain",
                    .boolean,
                    "Whether to tell every rule that was tried, and what would turn a denial."
                ),
                .timeout,
            ],
            result: .named("Decision", .decision),
            errors: [
                .eventsMissing, .unknownRoomVersion, .storeUnavailable, .deadlineExceeded, .graphCorrupt, .keysMissing,
            ]
        ) { params throws(RPCError) in
            guard (params["event"] == nil) != (params["event_id"] == nil) else {
                throw .invalidParams(path: params.path(to: "event"), expected: "either event or event_id")
            }
            let checks = params.checks
            if checks.contains(.policy) { try params.requireState() }
            // A malformed key is told of, needed or not.
            _ = try params.keys()
            let named = try params.roomVersion()
            // A signature takes longer to verify than all else together: not on the way in, where others wait.
            guard checks.isDisjoint(with: [.signatures, .policy]) else {
                return .waiting(atMost: params.timeout) { () async throws(RPCError) in
                    try await checkWithSignatures(params, named: named)
                }
            }
            return try answer(within: params.timeout, for: params) { atHand throws(Unfinished) in
                let result = try atHand.needing(params.namedReferences) { () throws(Unfinished) in
                    try CheckSubject(params, named: named, atHand).result()
                }
                decided(result, for: params, afterQueries: atHand.queryCount)
                return JSONFragment(reservingCapacity: 1_024) { result.write(to: &$0) }
            }
        }
    }

    private func checkWithSignatures(_ params: Params, named: RoomVersion?) async throws(RPCError) -> JSONFragment {
        let subject = try await loading(eventsAtHand(for: params).verifyingChains(params)) {
            atHand throws(Unfinished) in
            try atHand.needing(params.namedReferences) { () throws(Unfinished) in
                try CheckSubject(params, named: named, atHand)
            }
        }
        var finding: SignatureFinding?
        var lacking: [ServerName] = []
        if let event = subject.eventToVerify {
            let check = signatureCheck(try await keyRing(for: [event], params))
            finding = check.finding(for: event)
            if subject.run.request.explains { lacking = check.serversToSign(event) }
        }
        let atHand = subject.run.atHand
        let known = atHand.knowing(try await signatureFindings(for: atHand.broughtToVerify, params))
        let result = try await loading(known) { [lacking] atHand throws(Unfinished) in
            let result = try atHand.needing(params.namedReferences) { () throws(Unfinished) in
                try subject.with(atHand).result(signatures: finding, lacking: lacking)
            }
            decided(result, for: params, afterQueries: atHand.queryCount)
            return result
        }
        return JSONFragment(reservingCapacity: 1_024) { result.write(to: &$0) }
    }
}

extension Params {
    /// The ids under every parameter that names some.
    fileprivate var namedReferences: [EventID] {
        ["auth_events", "state", "current_state"].flatMap { references($0) ?? [] }
    }

    /// Whether a policy server is in use stands in the room's state.
    fileprivate func requireState() throws(RPCError) {
        guard self["state"] == nil, self["current_state"] == nil else { return }
        throw .invalidParams(path: path(to: "current_state"), expected: "the room's current state, or its state before")
    }
}
