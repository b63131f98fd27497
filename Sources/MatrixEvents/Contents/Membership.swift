package import CanonicalJSON

/// A user's standing in a room, as m.room.member states it.
package enum Membership: Hashable, Sendable {
    case join
    case invite
    case leave
    case ban
    case knock
    /// A string that no room version knows, or a value that is no string.
    case unknown

    package init(_ value: JSONValue) {
        guard let text = value.text else {
            self = .unknown
            return
        }
        self =
            switch true {
            case text == "join": .join
            case text == "invite": .invite
            case text == "leave": .leave
            case text == "ban": .ban
            case text == "knock": .knock
            default: .unknown
            }
    }

    package var name: StaticString {
        switch self {
        case .join: "join"
        case .invite: "invite"
        case .leave: "leave"
        case .ban: "ban"
        case .knock: "knock"
        case .unknown: "unknown"
        }
    }
}

/// The content of m.room.member, read as far as a rule asks.
package struct MemberContent: Sendable {
    private let content: JSONObject

    package init(_ content: JSONObject) {
        self.content = content
    }

    /// `nil` where the content has no `membership`.
    package var membership: Membership? { content["membership"].map { Membership($0) } }

    package var membershipText: UTF8Text? { content["membership"]?.text }

    /// Whether the content has `join_authorised_via_users_server`, whatever its value.
    package var namesAuthorisingUser: Bool { content["join_authorised_via_users_server"] != nil }

    /// The user whose server vouches for a restricted join; `nil` where the content names no user.
    package var authorisingUser: UserID? {
        content["join_authorised_via_users_server"]?.text.flatMap { UserID($0) }
    }

    /// `join_authorised_via_users_server` as it stands, where it is a string.
    package var authorisingUserText: UTF8Text? { content["join_authorised_via_users_server"]?.text }

    /// `third_party_invite`, whatever its value; `nil` where the content has none.
    package var thirdPartyInvite: JSONValue? { content["third_party_invite"] }

    /// The token that names the m.room.third_party_invite behind this invite.
    package var thirdPartyToken: UTF8Text? {
        thirdPartyInvite?.object?["signed"]?.object?["token"]?.text
    }
}
