import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `moderation.who`: who in the room may do that?
    var who: Method {
        Method(
            "moderation.who",
            role: .moderate,
            timeLimit: .seconds(60),
            summary: "Lists the users of a room who may do something there, page by page.",
            parameters: Parameter.action + RoomStateRequest.parameters + [
                .optional("limit", .integer(in: 1...1_000), "How many users a page has at most; by default 100."),
                .optional("cursor", .string, "Where the page before ended, as its reply said."),
                .timeout,
            ],
            result: .object([
                .required(
                    "users",
                    .array(of: .string),
                    "Those of the users with a membership or a level in the state who may, in the order of their ids' bytes."
                ),
                .required("cursor", .nullable(.string), "Where the next page begins; null at the end."),
                .required("state", .namedState, "What the answer was made from."),
            ]),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .graphCorrupt]
        ) { params throws(RPCError) in
            let requested = try params.requestedAction()
            let limit = Int(params.optionalInteger("limit") ?? 100)
            let start = params.userCursor
            return try answerFromState(params) { state, _ throws(RPCError) in
                let action = requested.inRoom(state)
                let found = action.state(state)
                var answers = AnswersByStanding<Bool>(in: state)
                func may(_ user: UserID) -> Bool { action.held(by: user, in: found)?.decide().verdict == .allow }
                let page = try await UserPage(of: state.users, after: start, limit: limit) { user in
                    // Who may act on somebody in particular depends on who, and where, that is.
                    !requested.isParticular ? answers.answer(about: user, may) : may(user)
                }
                return JSONFragment(reservingCapacity: 4096) { writer in
                    writer.object { writer in
                        writer.key("users")
                        writer.array { writer in
                            for user in page.users { writer.string(user.text) }
                        }
                        writer.cursor(page)
                        writer.state(state)
                    }
                }
            }
        }
    }
}
