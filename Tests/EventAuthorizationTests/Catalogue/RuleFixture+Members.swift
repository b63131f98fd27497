import EventAuthorization
import EventTestSupport
import MatrixEvents

extension RuleFixture {
    static let joins: [RuleFixture] = [
        .room(.memberMalformed) { try $0.event(.member, by: .bob, stateKey: "@bob:b") },
        .room(.memberAuthorisedViaUnsigned) { room in
            try room.membership("join", of: .bob, content: ["join_authorised_via_users_server": "@alice:a"])
        },
        .emptyRoom(.memberJoinCreator) { try $0.membership("join", of: .alice) },
        .room(.memberJoinSenderMismatch) { try $0.membership("join", of: .bob, by: .alice) },
        .room(.memberJoinBanned) { room in
            try room.ban(.bob)
            return try room.membership("join", of: .bob)
        },
        .room(.memberJoinInvited) { room in
            try room.setJoinRule("invite")
            try room.invite(.bob)
            return try room.membership("join", of: .bob)
        },
        .room(.memberJoinRestrictedMember) { room in
            try room.setJoinRule("restricted")
            try room.invite(.bob)
            return try room.membership("join", of: .bob)
        },
        .room(.memberJoinRestrictedUnauthorised) { room in
            try room.setJoinRule("restricted")
            return try room.membership("join", of: .bob)
        },
        .room(.memberJoinRestrictedAuthorised) { room in
            try room.setJoinRule("restricted")
            return try room.authorisedJoin(of: .bob, via: .alice)
        },
        .room(.memberJoinPublic) { try $0.membership("join", of: .bob) },
        .room(.memberJoinForbidden) { room in
            try room.setJoinRule("invite")
            return try room.membership("join", of: .bob)
        },
    ]

    static let invites: [RuleFixture] = [
        .room(.memberInvite3pBanned) { room in
            try room.ban(.bob)
            return try room.thirdPartyInvite(of: .bob, signed: [:])
        },
        .room(.memberInvite3pNoSigned) { room in
            try room.membership("invite", of: .bob, by: .alice, content: ["third_party_invite": [:]])
        },
        .room(.memberInvite3pMalformed) { try $0.thirdPartyInvite(of: .bob, signed: ["mxid": "@bob:b"]) },
        .room(.memberInvite3pMxid) { room in
            try room.offerThirdPartyInvite("token")
            return try room.thirdPartyInvite(of: .bob, signed: TestRoom.signedInvite(of: .carol, token: "token"))
        },
        .room(.memberInvite3pUnknownToken) { room in
            try room.thirdPartyInvite(of: .bob, signed: TestRoom.signedInvite(of: .bob, token: "token"))
        },
        .room(.memberInvite3pSender) { room in
            try room.join(.carol)
            try room.offerThirdPartyInvite("token")
            let signed = try TestRoom.signedInvite(of: .bob, token: "token")
            return try room.thirdPartyInvite(of: .bob, by: .carol, signed: signed)
        },
        .room(.memberInvite3pSigned) { room in
            try room.offerThirdPartyInvite("token")
            return try room.thirdPartyInvite(of: .bob, signed: TestRoom.signedInvite(of: .bob, token: "token"))
        },
        .room(.memberInvite3pBadSignature) { room in
            try room.offerThirdPartyInvite("token")
            return try room.thirdPartyInvite(of: .bob, signed: ["mxid": "@bob:b", "token": "token"])
        },
        .room(.memberInviteSenderNotJoined) { try $0.membership("invite", of: .bob, by: .carol) },
        .room(.memberInviteTarget) { room in
            try room.join(.bob)
            return try room.membership("invite", of: .bob, by: .alice)
        },
        .room(.memberInviteAllow) { try $0.membership("invite", of: .bob, by: .alice) },
        .room(.memberInvitePower) { room in
            try room.admitBob(content: ["invite": 50])
            return try room.membership("invite", of: .carol, by: .bob)
        },
    ]

    static let leaves: [RuleFixture] = [
        .room(.memberLeaveSelf) { try $0.membership("leave", of: .alice) },
        .room(.memberLeaveSelfNotMember) { try $0.membership("leave", of: .bob) },
        .room(.memberLeaveSenderNotJoined) { try $0.membership("leave", of: .alice, by: .bob) },
        .room(.memberLeaveUnbanPower) { room in
            try room.admitBob(level: 50, content: ["ban": 60])
            try room.ban(.carol)
            return try room.membership("leave", of: .carol, by: .bob)
        },
        .room(.memberLeaveKick) { try $0.membership("leave", of: .bob, by: .alice) },
        .room(.memberLeavePower) { room in
            try room.admitBob()
            return try room.membership("leave", of: .alice, by: .bob)
        },
        .room(.memberBanSenderNotJoined) { try $0.membership("ban", of: .alice, by: .bob) },
        .room(.memberBanAllow) { try $0.membership("ban", of: .bob, by: .alice) },
        .room(.memberBanPower) { try $0.membership("ban", of: .alice, by: .alice) },
        .room(.memberKnockJoinRule) { try $0.membership("knock", of: .bob) },
        .room(.memberKnockSenderMismatch) { room in
            try room.setJoinRule("knock")
            return try room.membership("knock", of: .bob, by: .alice)
        },
        .room(.memberKnockAllow) { room in
            try room.setJoinRule("knock")
            return try room.membership("knock", of: .bob)
        },
        .room(.memberKnockMembership) { room in
            try room.setJoinRule("knock")
            return try room.membership("knock", of: .alice)
        },
        .room(.memberUnknownMembership) { try $0.membership("dance", of: .alice) },
    ]
}
