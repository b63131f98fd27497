import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `moderation.can`: may this user do that in the room?
    var can: Method {
        Method(
            "moderation.can",
            role: .moderate,
            timeLimit: .seconds(30),
            summary: "Tells whether a user may do something in a room, by which rule, and what would make it possible.",
            parameters: [.required("user_id", .string, "The user.")] + Parameter.action
                + RoomStateRequest.parameters + [.timeout],
            result: .object([
                .required("can", .boolean, "Whether the user may."),
                .required("rule", .string, "The rule that decided."),
                .required("spec", .spec, "Where the specification states the rule."),
                .required("reason", .string, "One sentence with the values compared."),
                .required("decided_by", .array(of: .reference), "The events whose content the deciding rule read."),
                .required(
                    "nearest",
                    .nullable(.change),
                    "The smallest change that makes it possible; null where it is, and where nothing does."
                ),
                .required(
                    "cited",
                    .array(of: .reference),
                    "The events of the state that the action's event would cite."
                ),
                .required("state", .namedState, "What the answer was made from."),
            ]),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .graphCorrupt]
        ) { params throws(RPCError) in
            let user = try params.user("user_id")
            let requested = try params.requestedAction()
            return try answerFromState(params) { state, _ throws(RPCError) in
                let action = requested.inRoom(state, by: [user])
                guard let held = action.held(by: user, in: action.state(state)) else {
                    throw .invalidParams(path: params.path(to: "action"), expected: "an action of the room's version")
                }
                let decision = held.decide()
                return JSONFragment(reservingCapacity: 1024) { $0.answer(decision, held, state) }
            }
        }
    }
}

extension Parameter {
    /// `action`, and whom it is about.
    static let action: [Parameter] = [
        .required(
            "action",
            .string,
            """
            What: `join`, `knock`, `invite`, `kick`, `ban`, `unban`, `redact`, `third_party_invite`, `send:TYPE`, `state:TYPE` \
            or `set_power:LEVEL`.
            """
        ),
        .optional(
            "target",
            .string,
            """
            The user whom it is about; for `state:TYPE` the state key, any text. Left out, it is an ordinary member, for \
            `unban` a banned one, for `invite` somebody outside.
            """
        ),
    ]
}

extension JSONWriter {
    fileprivate mutating func answer(_ decision: Decision, _ held: AuthorizationCase, _ state: RoomState) {
        object { writer in
            writer.key("can")
            writer.bool(decision.verdict == .allow)
            writer.decision(decision, held)
            writer.key("cited")
            writer.eventIDs(held.claims?.cited.map(\.event.id).filter { $0.text.isNameOfEvent } ?? [])
            writer.state(state)
        }
    }

    /// The members `rule`, `spec`, `reason`, `decided_by` and `nearest`.
    mutating func decision(_ decision: Decision, _ held: AuthorizationCase) {
        rule(decision.rule, held.event.roomVersion)
        key("reason")
        string(decision.reason)
        key("decided_by")
        eventIDs(decision.decidedBy.filter { $0.text.isNameOfEvent })
        key("nearest")
        nearest(held.nearestChanges(), of: held.event.sender)
    }
}

extension UTF8Text {
    /// Whether the id is one of an event that there is, and not of what stands in for anybody.
    fileprivate var isNameOfEvent: Bool { !(self == "$anybody") }
}
