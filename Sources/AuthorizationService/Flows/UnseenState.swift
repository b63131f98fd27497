import CanonicalJSON
import MatrixEvents

/// Why an invite was held against no more than its own format, signatures and hash: what the rules would have to see first,
/// and what nobody showed.
enum UnseenState {
    case create
    case membership(UserID)
    case thirdPartyInvite(UTF8Text)

    /// What results name in place of a rule of the specification.
    static let rule = "invite.signed"

    /// One sentence that names what is not to be seen.
    var explanation: String {
        let unseen =
            switch self {
            case .create: "the room's create event"
            case .membership(let user): "the membership of \(user)"
            case .thirdPartyInvite(let token): "the third-party invite \"\(token.string.prefix(255))\""
            }
        return "the state given does not show \(unseen), so only the invite's format, signatures and hash were checked"
    }
}
