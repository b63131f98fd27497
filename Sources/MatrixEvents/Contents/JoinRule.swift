import CanonicalJSON

/// Who may join a room, as m.room.join_rules states it. Which of these a room version knows is for its rules to say.
package enum JoinRule: Hashable, Sendable {
    case `public`
    case invite
    case knock
    case restricted
    case knockRestricted
    case `private`
    /// A string that no room version knows, or a value that is no string.
    case unknown

    /// The rule in force under `event`; `invite` where there is none, or it states no rule.
    package init(_ event: AuthEvent?) {
        guard let value = event?.content["join_rule"] else {
            self = .invite
            return
        }
        guard let text = value.text else {
            self = .unknown
            return
        }
        self =
            switch true {
            case text == "public": .public
            case text == "invite": .invite
            case text == "knock": .knock
            case text == "restricted": .restricted
            case text == "knock_restricted": .knockRestricted
            case text == "private": .private
            default: .unknown
            }
    }

    package var name: StaticString {
        switch self {
        case .public: "public"
        case .invite: "invite"
        case .knock: "knock"
        case .restricted: "restricted"
        case .knockRestricted: "knock_restricted"
        case .private: "private"
        case .unknown: "unknown"
        }
    }
}
