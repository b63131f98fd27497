import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `auth.check_many`: a whole `send_join` or `event_auth` response in one call.
    var checkMany: Method {
        Method(
            "auth.check_many",
            role: .check,
            timeLimit: .seconds(120),
            summary: "Decides many events whose auth events are each other or stored, in any order.",
            parameters: [
                .required("events", .array(of: .event), "PDUs of one room, in any order."),
                .roomVersion,
                .optional(
                    "checks",
                    .array(of: .oneOf(["format", "signatures", "hash", "chain"])),
                    "Checks to add to the authorization rules; by default only \"format\"."
                ),
                .keys,
                .timeout,
            ],
            result: .object([
                .required("results", .array(of: .either([.decision, .undecided])), "One entry an event, as sent.")
            ]),
            errors: [
                .eventsMissing, .unknownRoomVersion, .storeUnavailable, .deadlineExceeded, .graphCorrupt, .keysMissing,
            ]
        ) { params throws(RPCError) in
            _ = try params.keys()
            let named = try params.roomVersion()
            return .waiting(atMost: params.timeout) { () async throws(RPCError) in
                try await checkMany(params, named: named)
            }
        }
    }

    private func checkMany(_ params: Params, named: RoomVersion?) async throws(RPCError) -> JSONFragment {
        let unprepared = try await loading(eventsAtHand(for: params).verifyingChains(params)) {
            atHand throws(Unfinished) in
            (many: try CheckMany(params, named: named, atHand), atHand: atHand)
        }
        let many = try await loading(unprepared.atHand) { atHand throws(Unfinished) in
            let many = unprepared.many.with(atHand)
            try many.requireStored()
            return many
        }
        let findings = try await signatureFindings(for: many.eventsToVerify(), params)
        var meter = ProgressMeter("checking events", in: many.events.first?.roomID, report: reportProgress)
        let outcomes = try await loading(many.atHand) { atHand throws(Unfinished) in
            try many.with(atHand).outcomes(findings, showing: &meter)
        }
        for case .decided(let result) in outcomes { decided(result, for: params) }
        return JSONFragment { writer in
            writer.object { writer in
                writer.key("results")
                writer.array { writer in
                    for outcome in outcomes { writer.outcome(outcome) }
                }
            }
        }
    }
}

extension Schema {
    fileprivate static let undecided = Schema.object([
        .required("event_id", .nullable(.reference), "The event's id; null where it is too malformed to have one."),
        .required(
            "error",
            .map(of: .any),
            "Why there is no decision: an error as a call of its own would answer with."
        ),
    ])
}

extension JSONWriter {
    fileprivate mutating func outcome(_ outcome: CheckMany.Outcome) {
        switch outcome {
        case .decided(let result): result.write(to: &self)
        case .undecided(let id, let error):
            object { writer in
                writer.key("event_id")
                if let id { writer.eventID(id) } else { writer.null() }
                writer.key("error")
                error.write(to: &writer)
            }
        }
    }
}
