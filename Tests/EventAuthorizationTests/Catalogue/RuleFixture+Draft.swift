import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

extension RuleFixture {
    static let draft: [RuleFixture] = [
        .room(.draftPolicyMissingSignature) { room in
            try room.installPolicyServer()
            return try room.message(by: .alice)
        },
        .room(.draftPolicyBadSignature) { room in
            try room.installPolicyServer()
            return try room.signedByPolicyServer(room.template("m.room.message", by: .bob), key: "another")
        },
        .room(.draftPolicySigned) { room in
            try room.installPolicyServer()
            return try room.signedByPolicyServer(room.template("m.room.message", by: .bob))
        },
        .create(.draftCreateNotFirst) { template in
            template.prevEvents = [try TestRoom(version: .draft2014, id: "other").create]
        },
        .create(.draftCreateFirst),
        .room(.draftProtocolType) { room in
            let topic = try room.send("m.room.topic", by: .alice, stateKey: "")
            var template = try room.template("m.room.message", by: .alice)
            template.authEvents.append(topic)
            return try template.event()
        },
        .room(.draftProtocolDuplicate) { room in
            let first = try #require(room[.powerLevels])
            let second = try room.setPowerLevels(["ban": 60])
            return try room.event("m.room.message", by: .alice, citing: [first, second])
        },
        .room(.draftProtocolWrongRoom) { room in
            let levels = try #require(TestRoom.furnished(.draft2014, id: "other")[.powerLevels])
            room.know(levels)
            return try room.event("m.room.message", by: .alice, citing: [levels])
        },
        .room(.draftProtocolUnauthorized) { room in
            let join = try room.join(.bob)
            room.know(join, isRejected: true)
            return try room.message(by: .bob)
        },
        .room(.draftProtocolNoCreate) { try $0.event("m.room.message", by: .alice, citing: []) },
        .room(.draftOtherNotJoined) { try $0.message(by: .bob) },
        .room(.draftOtherPower) { room in
            try room.join(.bob)
            return try room.topic(by: .bob)
        },
        .room(.draftRedactionPower) { room in
            try room.join(.bob)
            return try room.redaction(of: "$event:b", by: .bob)
        },
        .room(.draftPowerLevelsUsersInvalid) { try $0.powerLevels(by: .alice, changes: ["users": ["bob": 1]]) },
        .room(.draftPowerLevelsAboveOwn) { room in
            try room.setPowerLevels(["users": room.levels([.alice: 100]), "ban": 50])
            return try room.powerLevels(by: .alice, changes: ["ban": 101])
        },
        .room(.draftAllow) { try $0.message(by: .alice) },
    ]

    static let draftMembers: [RuleFixture] = [
        .emptyRoom(.draftMemberJoinCreator) { try $0.membership("join", of: .alice) },
        .room(.draftMemberJoinSender) { try $0.membership("join", of: .bob, by: .alice) },
        .room(.draftMemberJoinBanned) { room in
            try room.ban(.bob)
            return try room.membership("join", of: .bob)
        },
        .room(.draftMemberJoinNoop) { try $0.membership("join", of: .alice) },
        .room(.draftMemberJoinMayJoin) { room in
            try room.send(
                .joinRules,
                by: .alice,
                stateKey: "",
                content: ["join_rule": "private", "may_join": ["@bob:b"]]
            )
            return try room.membership("join", of: .bob)
        },
        .room(.draftMemberJoinPublic) { try $0.membership("join", of: .bob) },
        .room(.draftMemberJoinInvited) { room in
            try room.setJoinRule("invite")
            try room.invite(.bob)
            return try room.membership("join", of: .bob)
        },
        .room(.draftMemberJoinForbidden) { room in
            try room.setJoinRule("invite")
            return try room.membership("join", of: .bob)
        },
        .room(.draftMemberInviteSenderNotJoined) { try $0.membership("invite", of: .carol, by: .bob) },
        .room(.draftMemberInviteJoinRule) { room in
            try room.setJoinRule("knock")
            return try room.membership("invite", of: .bob, by: .alice)
        },
        .room(.draftMemberInviteTargetJoined) { room in
            try room.join(.bob)
            return try room.membership("invite", of: .bob, by: .alice)
        },
        .room(.draftMemberInviteTargetBanned) { room in
            try room.ban(.bob)
            return try room.membership("invite", of: .bob, by: .alice)
        },
        .room(.draftMemberInviteAllow) { try $0.membership("invite", of: .bob, by: .alice) },
        .room(.draftMemberLeaveSelf) { try $0.membership("leave", of: .alice) },
        .room(.draftMemberLeaveSelfNotMember) { try $0.membership("leave", of: .bob) },
        .room(.draftMemberKickSenderNotJoined) { try $0.membership("leave", of: .alice, by: .bob) },
        .room(.draftMemberKickUnbanPower) { room in
            try room.admitBob(level: 50, content: ["ban": 60])
            try room.ban(.carol)
            return try room.membership("leave", of: .carol, by: .bob)
        },
        .room(.draftMemberKickAllow) { try $0.membership("leave", of: .bob, by: .alice) },
        .room(.draftMemberKickPower) { room in
            try room.join(.bob)
            return try room.membership("leave", of: .alice, by: .bob)
        },
        .room(.draftMemberBanSenderNotJoined) { try $0.membership("ban", of: .alice, by: .bob) },
        .room(.draftMemberBanAllow) { try $0.membership("ban", of: .bob, by: .alice) },
        .room(.draftMemberBanPower) { room in
            try room.join(.bob)
            return try room.membership("ban", of: .alice, by: .bob)
        },
        .room(.draftMemberUnknown) { try $0.membership("knock", of: .bob) },
    ]
}
