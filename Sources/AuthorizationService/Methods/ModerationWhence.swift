import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `moderation.whence`: where does this user's power come from?
    var whence: Method {
        Method(
            "moderation.whence",
            role: .moderate,
            timeLimit: .seconds(60),
            summary:
                "Follows a user's power back to the creation of the room: who granted it, and by whose grant they could.",
            parameters: [.required("user_id", .string, "The user.")] + RoomStateRequest.parameters + [.timeout],
            result: .object([
                .required("user_id", .string, "The user."),
                .required("level", .nullable(.level), "The user's power; null where the power levels cannot be read."),
                .required("chain", .array(of: .grant), "The latest event first; the last one made the room."),
                .required("state", .namedState, "What the answer was made from."),
            ]),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .graphCorrupt]
        ) { params throws(RPCError) in
            let user = try params.user("user_id")
            return try answerFromState(params) { state, atHand throws(RPCError) in
                let history = try await powerHistory(of: user, in: state, atHand)
                return JSONFragment(reservingCapacity: 2048) { writer in
                    writer.object { writer in
                        writer.key("user_id")
                        writer.string(user.text)
                        writer.key("level")
                        writer.comparedValue(.level(history.level))
                        writer.key("chain")
                        writer.array { writer in
                            for grant in history.grants { writer.grant(grant) }
                        }
                        writer.state(state)
                    }
                }
            }
        }
    }
}

extension Schema {
    /// An integer; beyond 64 bits its digits as a string, and for creators since v12 `"infinite"`.
    static let level = Schema.either([.integer, .string])

    fileprivate static let grant = Schema.object([
        .required("user_id", .string, "Whose power."),
        .required("level", .nullable(.level), "What it became."),
        .required("before", .nullable(.level), "What it was before; null in the beginning."),
        .required("event_id", .reference, "The event that made it so."),
        .required("type", .string, "Its type: m.room.power_levels, or in the end m.room.create."),
        .required("sender", .string, "Who sent it, and whose power comes next."),
    ])
}

extension JSONWriter {
    fileprivate mutating func grant(_ grant: PowerHistory.Grant) {
        object { writer in
            writer.key("user_id")
            writer.string(grant.user.text)
            writer.key("level")
            writer.comparedValue(.level(grant.level))
            writer.key("before")
            writer.comparedValue(.level(grant.before))
            writer.key("event_id")
            writer.eventID(grant.event.id)
            writer.key("type")
            writer.string(grant.event.type.text)
            writer.key("sender")
            writer.string(grant.event.sender.text)
        }
    }
}
