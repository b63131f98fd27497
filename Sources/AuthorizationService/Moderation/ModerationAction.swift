import CanonicalJSON
import MatrixEvents

/// Something that a user may want to do in a room, as `moderation.*` names it.
enum ModerationAction: Hashable {
    /// A message of this type.
    case send(EventType)
    /// A state event of this type.
    case state(EventType)
    case join
    case knock
    case invite
    case kick
    case ban
    case unban
    case redact
    /// Power levels that give the target this level, and leave the rest as it is.
    case setPower(Int64)
    case thirdPartyInvite

    /// `nil` where `text` names no action.
    init?(_ text: UTF8Text) {
        if let plain = Self.plain.first(where: { text == $0.name }) {
            self = plain.action
            return
        }
        guard let colon = text.firstOffset(of: UInt8(ascii: ":")) else { return nil }
        let (verb, object) = (text.prefix(colon), text.dropFirst(colon + 1))
        switch true {
        case verb == "set_power":
            guard let level = Int64(object.string), level.magnitude <= JSONNumber.largestCanonicalInteger.magnitude
            else { return nil }
            self = .setPower(level)
        // Memberships have actions of their own, and nobody makes a room twice.
        case object.isEmpty, object == "m.room.member", object == "m.room.create": return nil
        case verb == "send": self = .send(EventType(object))
        case verb == "state": self = .state(EventType(object))
        default: return nil
        }
    }

    /// What a request that names none is told to expect.
    static let expectation = """
        an action: join, knock, invite, kick, ban, unban, redact, third_party_invite, send:TYPE, state:TYPE or set_power:LEVEL, \
        where TYPE is no m.room.member or m.room.create
        """

    private static let plain: [(name: StaticString, action: ModerationAction)] = [
        ("join", .join), ("knock", .knock), ("invite", .invite), ("kick", .kick), ("ban", .ban), ("unban", .unban),
        ("redact", .redact), ("third_party_invite", .thirdPartyInvite),
    ]
}

extension ModerationAction: CustomStringConvertible {
    /// The action as requests name it.
    var description: String {
        switch self {
        case .send(let type): "send:\(type)"
        case .state(let type): "state:\(type)"
        case .setPower(let level): "set_power:\(level)"
        case .join, .knock, .invite, .kick, .ban, .unban, .redact, .thirdPartyInvite:
            Self.plain.first { $0.action == self }?.name.description ?? ""
        }
    }
}
