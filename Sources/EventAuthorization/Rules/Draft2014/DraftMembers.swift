import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    func decideDraftJoin(_ target: UserID) throws(Decision) -> Never {
        let isFirstJoin = state.create.map { event.prevEvents == [$0.id] && isCreator(target.text) } ?? false
        try allow(
            .draftMemberJoinCreator,
            if: isFirstJoin,
            comparing: ["state_key": .user(target)],
            reading: .create
        )
        try reject(
            .draftMemberJoinSender,
            if: event.sender != target,
            comparing: ["sender": .user(event.sender), "state_key": .user(target)]
        )
        let membership = senderMembership
        try reject(.draftMemberJoinBanned, if: membership == .ban, comparing: senderComparison, reading: .sender)
        try allow(.draftMemberJoinNoop, if: membership == .join, comparing: senderComparison, reading: .sender)
        let mayJoin = state.joinRules?.content["may_join"]?.array?.contains { $0.text == target.text } ?? false
        try allow(.draftMemberJoinMayJoin, if: mayJoin, comparing: senderComparison, reading: .joinRules)
        let joinRule = JoinRule(state.joinRules)
        let comparison: Comparison = [
            "join_rule": statedJoinRule(joinRule), "sender": .user(event.sender), "membership": .membership(membership),
        ]
        try allow(.draftMemberJoinPublic, if: joinRule == .public, comparing: comparison, reading: .joinRules)
        try allow(
            .draftMemberJoinInvited,
            if: joinRule == .invite && membership == .invite,
            comparing: comparison,
            reading: [.joinRules, .sender]
        )
        try reject(.draftMemberJoinForbidden, comparing: comparison, reading: [.joinRules, .sender])
    }

    func decideDraftInvite(_ target: UserID) throws(Decision) -> Never {
        try reject(
            .draftMemberInviteSenderNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let joinRule = JoinRule(state.joinRules)
        try reject(
            .draftMemberInviteJoinRule,
            if: joinRule != .public && joinRule != .invite,
            comparing: ["join_rule": statedJoinRule(joinRule)],
            reading: .joinRules
        )
        let membership = membership(of: target.text)
        let comparison: Comparison = ["target": .user(target), "membership": .membership(membership)]
        try reject(
            .draftMemberInviteTargetJoined,
            if: membership == .join,
            comparing: comparison,
            reading: .target
        )
        try reject(
            .draftMemberInviteTargetBanned,
            if: membership == .ban,
            comparing: comparison,
            reading: .target
        )
        try allow(
            .draftMemberInviteAllow,
            comparing: ["sender": .user(event.sender), "join_rule": statedJoinRule(joinRule)],
            reading: [.joinRules, .sender]
        )
    }

    func decideDraftLeave(_ target: UserID) throws(Decision) -> Never {
        if event.sender == target {
            try allow(
                .draftMemberLeaveSelf,
                if: senderMembership == .join || senderMembership == .invite,
                comparing: senderComparison,
                reading: .sender
            )
            try reject(.draftMemberLeaveSelfNotMember, comparing: senderComparison, reading: .sender)
        }
        try reject(
            .draftMemberKickSenderNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let level = try senderLevel()
        let banLevel = try self.level(.ban)
        try reject(
            .draftMemberKickUnbanPower,
            if: membership(of: target.text) == .ban && level < banLevel,
            comparing: ["target": .user(target), "level": .level(level), "ban": .level(banLevel)],
            reading: levelParts.union(.target)
        )
        let kickLevel = try self.level(.kick)
        let comparison: Comparison = ["level": .level(level), "kick": .level(kickLevel)]
        try allow(.draftMemberKickAllow, if: level >= kickLevel, comparing: comparison, reading: levelParts)
        try reject(.draftMemberKickPower, comparing: comparison, reading: levelParts)
    }

    func decideDraftBan(_ target: UserID) throws(Decision) -> Never {
        try reject(
            .draftMemberBanSenderNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let level = try senderLevel()
        let banLevel = try self.level(.ban)
        let comparison: Comparison = ["level": .level(level), "ban": .level(banLevel)]
        try allow(.draftMemberBanAllow, if: level >= banLevel, comparing: comparison, reading: levelParts)
        try reject(.draftMemberBanPower, comparing: comparison, reading: levelParts)
    }
}
