package import CanonicalJSON
package import MatrixEvents

/// Which state events an event is to cite, and no others
/// (Matrix specification, server-server API, "Auth events selection").
package struct AuthEventSelection: Sendable {
    /// The places to cite from, each with what the rules take it for. None stands twice.
    package private(set) var entries: [(key: StateKey, slot: ProtocolState.Slot)] = []

    package init(for event: Event) {
        self.init(
            type: event.type,
            sender: event.sender.text,
            stateKey: event.stateKey,
            content: event.content,
            version: event.roomVersion
        )
    }

    /// The selection for an event that is yet to be made.
    package init(
        type: EventType,
        sender: UTF8Text,
        stateKey: UTF8Text?,
        content: JSONObject,
        version: RoomVersion
    ) {
        let rules = AuthorizationRules(version)
        guard type != .create else { return }
        entries.reserveCapacity(6)
        if !rules.createIsImpliedByRoomID { add(StateKey(.create), .create) }
        add(StateKey(.powerLevels), .powerLevels)
        add(StateKey(.member, sender), .senderMember)
        if version == .draft2014 { add(StateKey(.policy), .policy) }
        guard type == .member else { return }
        let member = MemberContent(content)
        if let stateKey { add(StateKey(.member, stateKey), .targetMember) }
        let membership = member.membership
        if membership == .join || membership == .invite || membership == .knock {
            add(StateKey(.joinRules), .joinRules)
        }
        // Third-party invites came after the draft of 2014.
        if version != .draft2014, membership == .invite, let token = member.thirdPartyToken {
            add(StateKey(.thirdPartyInvite, token), .thirdPartyInvite)
        }
        if rules.allowsRestrictedJoins, membership == .join, let user = member.authorisingUserText {
            add(StateKey(.member, user), .authorisingMember)
        }
    }

    private mutating func add(_ key: StateKey, _ slot: ProtocolState.Slot) {
        if self.slot(for: key) == nil { entries.append((key, slot)) }
    }

    /// What the rules take `event` for; `nil` where they do not ask for it.
    package func slot(for event: AuthEvent) -> ProtocolState.Slot? {
        entries.firstIndex { event.stands(at: $0.key) }.map { entries[$0].slot }
    }

    /// What the rules take the state event at `key` for; `nil` where they do not ask for it.
    package func slot(for key: StateKey) -> ProtocolState.Slot? {
        entries.firstIndex { $0.key == key }.map { entries[$0].slot }
    }
}
