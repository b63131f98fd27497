package import CanonicalJSON
package import MatrixEvents

/// The part of a room's state that decides one event: at most seven events, each under its name.
package struct ProtocolState: Sendable {
    package var create: Event?
    package var powerLevels: Event?
    package var joinRules: Event?
    package var thirdPartyInvite: Event?
    /// Only the draft of 2014 takes the policy server's configuration for a protocol event.
    package var policy: Event?
    private var senderMember: Event?
    private var targetMember: Event?
    private var authorisingMember: Event?

    package init() {}

    /// The m.room.member of `user`, where it is one of those that the event's rules ask for.
    package func member(_ user: UTF8Text) -> Event? {
        for member in [senderMember, targetMember, authorisingMember] {
            if let member, member.stateKey == user { return member }
        }
        return nil
    }

    /// Puts `event` where the rules will look for it.
    ///
    /// - Returns: false where another event is there already.
    package mutating func place(_ event: Event, in slot: Slot) -> Bool {
        let path = slot.path
        guard self[keyPath: path] == nil else { return false }
        self[keyPath: path] = event
        return true
    }

    /// The places of the protocol state.
    package enum Slot: Sendable {
        case create
        case powerLevels
        case joinRules
        case senderMember
        case targetMember
        case authorisingMember
        case thirdPartyInvite
        case policy

        fileprivate var path: WritableKeyPath<ProtocolState, Event?> {
            switch self {
            case .create: \.create
            case .powerLevels: \.powerLevels
            case .joinRules: \.joinRules
            case .senderMember: \.senderMember
            case .targetMember: \.targetMember
            case .authorisingMember: \.authorisingMember
            case .thirdPartyInvite: \.thirdPartyInvite
            case .policy: \.policy
            }
        }
    }
}
