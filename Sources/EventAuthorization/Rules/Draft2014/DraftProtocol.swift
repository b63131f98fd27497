import CanonicalJSON
import MatrixEvents

/// The rules of the draft of 2014, "Authorization" in its own words, with its gaps filled as its contemporaries did.
extension RuleWalk {
    func decideByDraft(citing cited: [CitedEvent], create: ImpliedCreate) throws(Decision) -> Never {
        if event.isCreate { try decideFirstEvent(cited) }
        var configuration = ProtocolState()
        configuration.policy = policyConfiguration(cited)
        try RuleWalk(event, state: configuration, observer: observer).decideByPolicyServer()
        let state = try stateOfProtocolEvents(cited, create: create)
        try RuleWalk(event, state: state, observer: observer).decideByDraftRoles()
    }

    func decideByDraftState() throws(Decision) -> Never {
        if event.isCreate { try decideFirstEvent([]) }
        try decideByPolicyServer()
        try decideByDraftRoles()
    }

    /// The room's own policy server configuration. One of another room, a rejected one, or one of two configures
    /// nothing: the rules about listed events deny what lists it.
    private func policyConfiguration(_ cited: [CitedEvent]) -> AuthEvent? {
        let configurations = cited.filter { $0.event.stateKeyPair == StateKey(.policy) }
        guard configurations.count == 1, let only = configurations.first, !only.isRejected,
            only.event.roomID == event.roomID
        else { return nil }
        return only.event
    }

    /// "The authorization for the event is the signature" of the policy server, where one is configured. Its own
    /// configuration is exempt, so that a dead server can be replaced.
    private func decideByPolicyServer() throws(Decision) {
        guard let policy = state.policy, event.stateKeyPair != StateKey(.policy),
            let server = PolicyServer(configuredBy: policy)
        else { return }
        let comparison: Comparison = ["server": .text(server.name.text)]
        guard let signature = server.signature(on: event) else {
            try reject(.draftPolicyMissingSignature, comparing: comparison, reading: .policy)
        }
        try reject(
            .draftPolicyBadSignature,
            if: !server.verifies(signature, on: event),
            comparing: comparison,
            reading: .policy
        )
        try allow(.draftPolicySigned, comparing: comparison, reading: .policy)
    }

    private func decideFirstEvent(_ cited: [CitedEvent]) throws(Decision) -> Never {
        try reject(
            .draftCreateNotFirst,
            if: !event.prevEvents.isEmpty || !event.authEvents.isEmpty || !cited.isEmpty,
            comparing: [
                "prev_events": .count(event.prevEvents.count),
                "cited": .count(max(event.authEvents.count, cited.count)),
            ]
        )
        try allow(.draftCreateFirst)
    }

    /// The closed list of protocol events, their places and their room; of them the state is made.
    private func stateOfProtocolEvents(
        _ cited: [CitedEvent],
        create: ImpliedCreate
    ) throws(Decision) -> ProtocolState {
        let stranger = cited.first { !$0.event.isProtocolEvent }
        try reject(
            .draftProtocolType,
            if: stranger != nil,
            comparing: stranger.comparison,
            readingEvents: stranger.ids
        )
        let duplicate = cited.firstDuplicate
        try reject(
            .draftProtocolDuplicate,
            if: duplicate != nil,
            comparing: duplicate.comparison,
            readingEvents: duplicate.ids
        )
        let foreign = cited.first { $0.event.roomID != event.roomID }
        try reject(
            .draftProtocolWrongRoom,
            if: foreign != nil,
            comparing: foreign.roomComparison(with: event),
            readingEvents: foreign.ids
        )
        let unauthorized = cited.first(where: \.isRejected)
        try reject(
            .draftProtocolUnauthorized,
            if: unauthorized != nil,
            comparing: unauthorized.comparison,
            readingEvents: unauthorized.ids
        )
        let root = rootOfRoom(cited, create)
        try reject(.draftProtocolNoCreate, if: root == nil, comparing: ["cited": .count(cited.count)])
        // Events that the rules do not ask for are tolerated; those they ask for stand in one place each.
        let selection = AuthEventSelection(for: event)
        var state = ProtocolState()
        for citation in cited {
            guard let slot = citation.event.stateKeyPair.flatMap({ selection.slot(for: $0) }) else { continue }
            _ = state.place(citation.event, in: slot)
        }
        state.create = root
        return state
    }

    /// The create event, listed or reachable through what is listed.
    private func rootOfRoom(_ cited: [CitedEvent], _ create: ImpliedCreate) -> AuthEvent? {
        if let listed = cited.first(where: { $0.event.stateKeyPair == StateKey(.create) }) { return listed.event }
        guard case .event(let reachable) = create, reachable.event.isCreate, !reachable.isRejected,
            reachable.event.roomID == event.roomID
        else { return nil }
        return reachable.event
    }

    /// Every rule that depends on state.
    private func decideByDraftRoles() throws(Decision) -> Never {
        guard event.type == .member else { try decideDraftOtherEvent() }
        let content = MemberContent(event.content)
        guard let target = event.stateKey.flatMap({ UserID($0) }) else { try reject(.draftMemberUnknown) }
        switch content.membership {
        case .join: try decideDraftJoin(target)
        case .invite: try decideDraftInvite(target)
        case .leave: try decideDraftLeave(target)
        case .ban: try decideDraftBan(target)
        case .knock, .unknown, nil:
            try reject(.draftMemberUnknown, comparing: ["membership": .text(content.membershipText)])
        }
    }
}

extension AuthEvent {
    fileprivate var isProtocolEvent: Bool {
        guard let stateKey else { return false }
        switch type {
        case .create, .powerLevels, .member, .joinRules: return true
        case .policy: return stateKey.isEmpty
        case .thirdPartyInvite, .redaction, .aliases, .historyVisibility, .other: return false
        }
    }
}
