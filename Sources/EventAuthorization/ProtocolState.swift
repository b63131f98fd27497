package import CanonicalJSON
package import MatrixEvents

/// The part of a room's state that decides one event: at most seven events, each under its name.
package struct ProtocolState: Sendable {
    package var create: AuthEvent?
    package var powerLevels: AuthEvent?
    package var joinRules: AuthEvent?
    package var thirdPartyInvite: AuthEvent?
    /// Only the draft of 2014 takes the policy server's configuration for a protocol event.
    package var policy: AuthEvent?
    private var senderMember: AuthEvent?
    private var targetMember: AuthEvent?
    private var authorisingMember: AuthEvent?

    package init() {}

    /// The events, each once.
    package var events: [AuthEvent] {
        [
            create, powerLevels, joinRules, thirdPartyInvite, policy, senderMember, targetMember, authorisingMember,
        ].compactMap(\.self)
    }

    /// The m.room.member of `user`, where it is one of those that the event's rules ask for.
    package func member(_ user: UTF8Text) -> AuthEvent? {
        if let senderMember, senderMember.stateKey == user { return senderMember }
        if let targetMember, targetMember.stateKey == user { return targetMember }
        if let authorisingMember, authorisingMember.stateKey == user { return authorisingMember }
        return nil
    }

    /// Puts `event` where the rules will look for it.
    ///
    /// - Returns: false where another event is there already.
    package mutating func place(_ event: AuthEvent, in slot: Slot) -> Bool {
        switch slot {
        case .create: Self.fill(&create, with: event)
        case .powerLevels: Self.fill(&powerLevels, with: event)
        case .joinRules: Self.fill(&joinRules, with: event)
        case .senderMember: Self.fill(&senderMember, with: event)
        case .targetMember: Self.fill(&targetMember, with: event)
        case .authorisingMember: Self.fill(&authorisingMember, with: event)
        case .thirdPartyInvite: Self.fill(&thirdPartyInvite, with: event)
        case .policy: Self.fill(&policy, with: event)
        }
    }

    /// The event in `slot`, whatever its own place in the room's state.
    package subscript(slot: Slot) -> AuthEvent? {
        get { self[keyPath: Self.path(to: slot)] }
        set { self[keyPath: Self.path(to: slot)] = newValue }
    }

    private static func path(to slot: Slot) -> WritableKeyPath<ProtocolState, AuthEvent?> {
        switch slot {
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

    private static func fill(_ place: inout AuthEvent?, with event: AuthEvent) -> Bool {
        guard place == nil else { return false }
        place = event
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
    }
}
