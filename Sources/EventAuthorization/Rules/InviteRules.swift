import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    func decideInvite(_ target: UserID, _ content: MemberContent) throws(Decision) -> Never {
        if let invite = content.thirdPartyInvite { try decideThirdPartyInvite(invite, target) }
        try reject(
            .memberInviteSenderNotJoined,
            if: senderMembership != .join,
            comparing: senderComparison,
            reading: .sender
        )
        let targetMembership = membership(of: target.text)
        try reject(
            .memberInviteTarget,
            if: targetMembership == .join || targetMembership == .ban,
            comparing: ["target": .user(target), "membership": .membership(targetMembership)],
            reading: .target
        )
        let level = try senderLevel()
        let inviteLevel = try self.level(.invite)
        let comparison: Comparison = ["level": .level(level), "invite": .level(inviteLevel)]
        try allow(.memberInviteAllow, if: level >= inviteLevel, comparing: comparison, reading: levelParts)
        try reject(.memberInvitePower, comparing: comparison, reading: levelParts)
    }

    /// An invite to a third-party address that was since bound to `target`: an identity server vouches for it.
    private func decideThirdPartyInvite(_ invite: JSONValue, _ target: UserID) throws(Decision) -> Never {
        let membership = membership(of: target.text)
        try reject(
            .memberInvite3pBanned,
            if: membership == .ban,
            comparing: ["target": .user(target), "membership": .membership(membership)],
            reading: .target
        )
        guard let value = invite.object?["signed"] else {
            try reject(.memberInvite3pNoSigned)
        }
        guard let signed = value.object.map({ ThirdPartySigned($0) }), let user = signed.userID,
            let token = signed.token
        else {
            try reject(.memberInvite3pMalformed)
        }
        try reject(
            .memberInvite3pMxid,
            if: user != target.text,
            comparing: ["mxid": .text(user), "state_key": .user(target)]
        )
        guard let origin = state.thirdPartyInvite else {
            try reject(.memberInvite3pUnknownToken, comparing: ["token": .text(token)])
        }
        try reject(
            .memberInvite3pSender,
            if: event.sender != origin.sender,
            comparing: ["sender": .user(event.sender), "inviter": .user(origin.sender)],
            reading: .thirdPartyInvite
        )
        try allow(
            .memberInvite3pSigned,
            if: signed.isVerified(byKeysOf: origin),
            comparing: ["token": .text(token)],
            reading: .thirdPartyInvite
        )
        try reject(.memberInvite3pBadSignature, comparing: ["token": .text(token)], reading: .thirdPartyInvite)
    }
}
