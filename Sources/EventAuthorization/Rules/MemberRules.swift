import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    func decideMember() throws(Decision) -> Never {
        let content = MemberContent(event.content)
        let target = event.stateKey.flatMap { UserID($0) }
        guard let membership = content.membership else { try reject(.memberMalformed) }
        guard let target else { try reject(.memberMalformed, comparing: ["state_key": .text(event.stateKey)]) }
        if rules.allowsRestrictedJoins { try checkAuthorisingServer(content) }
        switch membership {
        case .join: try decideJoin(target, content)
        case .invite: try decideInvite(target, content)
        case .leave: try decideLeave(target)
        case .ban: try decideBan(target)
        case .knock where rules.allowsKnocking: try decideKnock(target)
        case .knock, .unknown:
            try reject(
                .memberUnknownMembership,
                comparing: ["membership": event.content["membership"].map { .json($0) } ?? .absent]
            )
        }
    }

    /// Since v8: the server of the user who authorises a restricted join signs the event.
    private func checkAuthorisingServer(_ content: MemberContent) throws(Decision) {
        guard content.namesAuthorisingUser else { return }
        let server = content.authorisingUser?.serverName
        try reject(
            .memberAuthorisedViaUnsigned,
            if: !(server.map { event.isSigned(by: $0) } ?? false),
            comparing: ["via": .text(content.authorisingUserText), "server": .text(server?.text)]
        )
    }

    func decideLeave(_ target: UserID) throws(Decision) -> Never {
        if event.sender == target {
            let mayLeave =
                switch senderMembership {
                case .invite, .join: true
                case .knock: rules.allowsKnocking
                case .leave, .ban, .unknown: false
                }
            try allow(.memberLeaveSelf, if: mayLeave, comparing: senderComparison, reading: .sender)
            try reject(.memberLeaveSelfNotMember, comparing: senderComparison, reading: .sender)
        }
        try reject(
            .memberLeaveSenderNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let level = try senderLevel()
        let banLevel = try self.level(.ban)
        try reject(
            .memberLeaveUnbanPower,
            if: membership(of: target.text) == .ban && level < banLevel,
            comparing: ["level": .level(level), "ban": .level(banLevel), "target": .user(target)],
            reading: levelParts.union(.target)
        )
        let kickLevel = try self.level(.kick)
        let targetLevel = try self.level(of: target.text)
        let comparison: Comparison = [
            "level": .level(level), "kick": .level(kickLevel), "target_level": .level(targetLevel),
            "target": .user(target),
        ]
        try allow(
            .memberLeaveKick,
            if: level >= kickLevel && targetLevel < level,
            comparing: comparison,
            reading: levelParts
        )
        try reject(.memberLeavePower, comparing: comparison, reading: levelParts)
    }

    func decideBan(_ target: UserID) throws(Decision) -> Never {
        try reject(
            .memberBanSenderNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let level = try senderLevel()
        let banLevel = try self.level(.ban)
        let targetLevel = try self.level(of: target.text)
        let comparison: Comparison = [
            "level": .level(level), "ban": .level(banLevel), "target_level": .level(targetLevel),
            "target": .user(target),
        ]
        try allow(
            .memberBanAllow,
            if: level >= banLevel && targetLevel < level,
            comparing: comparison,
            reading: levelParts
        )
        try reject(.memberBanPower, comparing: comparison, reading: levelParts)
    }

    func decideKnock(_ target: UserID) throws(Decision) -> Never {
        let joinRule = JoinRule(state.joinRules)
        let acceptsKnocks = joinRule == .knock || (rules.allowsKnockRestricted && joinRule == .knockRestricted)
        try reject(
            .memberKnockJoinRule,
            if: !acceptsKnocks,
            comparing: ["join_rule": statedJoinRule(joinRule)],
            reading: .joinRules
        )
        try reject(
            .memberKnockSenderMismatch,
            if: event.sender != target,
            comparing: ["sender": .user(event.sender), "state_key": .user(target)]
        )
        let mayKnock =
            switch senderMembership {
            case .leave, .knock, .unknown: true
            case .ban, .invite, .join: false
            }
        try allow(.memberKnockAllow, if: mayKnock, comparing: senderComparison, reading: .sender)
        try reject(.memberKnockMembership, comparing: senderComparison, reading: .sender)
    }

    var senderComparison: Comparison {
        ["sender": .user(event.sender), "membership": .membership(senderMembership)]
    }
}

extension Event {
    /// Whether `server` has put an ordinary signature under the event. Whether it verifies is another question.
    func isSigned(by server: ServerName) -> Bool {
        guard let keys = json["signatures"]?.object?[server.text]?.object else { return false }
        return keys.contains { key, signature in
            key.prefix(8) == "ed25519:" && !(key == "ed25519:policy_server") && signature.text != nil
        }
    }
}
