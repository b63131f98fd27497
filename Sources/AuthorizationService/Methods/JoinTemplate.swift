import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `join.template`: what a resident server offers to the server of a user who wants to join or knock.
    var joinTemplate: Method {
        Method(
            "join.template",
            role: .check,
            summary:
                "Makes the join or knock that another server is to fill in and sign, where the room's state allows it.",
            parameters: [
                .required("room_id", .string, "The room."),
                .required("user_id", .string, "The user who wants to join or knock."),
                .required("room_versions", .array(of: .string), "The room versions that the user's server knows."),
                .required("state", .array(of: .reference), "The room's state now."),
                .broughtEvents,
                .optional(
                    "membership",
                    .oneOf(["join", "knock"]),
                    "What the event is to make of the user; by default \"join\"."
                ),
                .optional(
                    "authorised_via",
                    .string,
                    "A joined user of the resident server who vouches for the join, where the room is a restricted one."
                ),
                .roomVersion,
            ],
            result: .either([.offer, .decision]),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .graphCorrupt]
        ) { params throws(RPCError) in
            let named = try params.roomVersion()
            let request = try TemplateRequest(params)
            return try answer { atHand throws(Unfinished) in
                let (answer, result) = try TemplateDecision(request, params, named: named, atHand).outcome()
                decided(result, for: params)
                return switch answer {
                case .offered(let template, let cited): JSONFragment { $0.offer(template, citing: cited) }
                case .denied: JSONFragment { result.write(to: &$0) }
                }
            }
        }
    }
}

/// What the parameters of `join.template` say of the event to make.
struct TemplateRequest {
    let roomID: RoomID
    let user: UserID
    let membership: Membership
    let authoriser: UserID?

    init(_ params: Params) throws(RPCError) {
        guard let roomID = RoomID(try params.string("room_id")) else {
            throw .invalidParams(path: params.path(to: "room_id"), expected: "a room id")
        }
        self.roomID = roomID
        user = try Self.user(try params.string("user_id"), at: params.path(to: "user_id"))
        membership = params.optionalString("membership").map { $0 == "knock" } ?? false ? .knock : .join
        authoriser = try params.optionalString("authorised_via").map { (text) throws(RPCError) in
            try Self.user(text, at: params.path(to: "authorised_via"))
        }
    }

    private static func user(_ text: UTF8Text, at path: JSONPointer) throws(RPCError) -> UserID {
        guard let user = UserID(text) else { throw .invalidParams(path: path, expected: "a user id") }
        return user
    }
}

extension Schema {
    fileprivate static let offer = Schema.object([
        .required(
            "event",
            .map(of: .any),
            """
            The event as far as the room's state makes it, auth_events included. prev_events is empty: whoever asks fills it \
            in, with depth and origin_server_ts, and the user's server the hash and its signature.
            """
        ),
        .required("room_version", .string, "The room's version, in whose form the event is."),
    ])
}

extension JSONWriter {
    fileprivate mutating func offer(_ template: MembershipTemplate, citing cited: [MembershipTemplate.Citation]) {
        object { writer in
            writer.key("event")
            writer.object { template.write(to: &$0, citing: cited) }
            writer.key("room_version")
            writer.string(template.roomVersion.rawValue)
        }
    }
}
