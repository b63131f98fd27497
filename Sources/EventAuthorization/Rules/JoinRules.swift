import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    func decideJoin(_ target: UserID, _ content: MemberContent) throws(Decision) -> Never {
        try allow(
            .memberJoinCreator,
            if: isCreatorsFirstJoin(target),
            comparing: ["state_key": .user(target), "prev_events": .count(event.prevEvents.count)],
            reading: .create
        )
        try reject(
            .memberJoinSenderMismatch,
            if: event.sender != target,
            comparing: ["sender": .user(event.sender), "state_key": .user(target)]
        )
        let membership = senderMembership
        try reject(.memberJoinBanned, if: membership == .ban, comparing: senderComparison, reading: .sender)

        let joinRule = JoinRule(state.joinRules)
        let isInvited = membership == .invite || membership == .join
        let isByInvitation = joinRule == .invite || (rules.allowsKnocking && joinRule == .knock)
        try allow(
            .memberJoinInvited,
            if: isByInvitation && isInvited,
            comparing: joinComparison(joinRule),
            reading: [.joinRules, .sender]
        )
        if isRestricted(joinRule) { try decideRestrictedJoin(content, isInvited: isInvited, joinRule) }
        try allow(
            .memberJoinPublic,
            if: joinRule == .public,
            comparing: joinComparison(joinRule),
            reading: .joinRules
        )
        try reject(.memberJoinForbidden, comparing: joinComparison(joinRule), reading: [.joinRules, .sender])
    }

    /// The creator joins as the first thing after the creation, whoever sends the event.
    private func isCreatorsFirstJoin(_ target: UserID) -> Bool {
        guard let create = state.create, event.prevEvents == [create.id] else { return false }
        switch rules.creators {
        case .namedInContent: return CreateContent(create).creator == target.text
        case .sender, .senderAndAdditional: return create.sender == target
        }
    }

    private func isRestricted(_ joinRule: JoinRule) -> Bool {
        (rules.allowsRestrictedJoins && joinRule == .restricted)
            || (rules.allowsKnockRestricted && joinRule == .knockRestricted)
    }

    private func decideRestrictedJoin(
        _ content: MemberContent,
        isInvited: Bool,
        _ joinRule: JoinRule
    ) throws(Decision) -> Never {
        try allow(
            .memberJoinRestrictedMember,
            if: isInvited,
            comparing: joinComparison(joinRule),
            reading: [.joinRules, .sender]
        )
        guard let user = content.authorisingUser else {
            try reject(
                .memberJoinRestrictedUnauthorised,
                comparing: ["via": .text(content.authorisingUserText), "sender": .user(event.sender)],
                reading: .joinRules
            )
        }
        let membership = membership(of: user.text)
        let level = try level(of: user.text)
        let inviteLevel = try self.level(.invite)
        let comparison: Comparison = [
            "via": .user(user), "membership": .membership(membership), "level": .level(level),
            "invite": .level(inviteLevel),
        ]
        try reject(
            .memberJoinRestrictedUnauthorised,
            if: membership != .join || level < inviteLevel,
            comparing: comparison,
            reading: levelParts.union([.joinRules, .authorisingUser])
        )
        try allow(
            .memberJoinRestrictedAuthorised,
            comparing: comparison,
            reading: levelParts.union([.joinRules, .authorisingUser])
        )
    }

    private func joinComparison(_ joinRule: JoinRule) -> Comparison {
        [
            "join_rule": statedJoinRule(joinRule), "sender": .user(event.sender),
            "membership": .membership(senderMembership),
        ]
    }

    /// The join rule as the state has it, for one that no room version knows.
    func statedJoinRule(_ joinRule: JoinRule) -> Comparison.Value {
        guard joinRule == .unknown, let value = state.joinRules?.content["join_rule"] else {
            return .word(joinRule.name)
        }
        return value.text.map { .text($0) } ?? .json(value)
    }
}
