import MatrixEvents

/// What takes away the ground of a denial. Values are named as the denying rule names what it compared.
enum Remedy {
    case citeCreate
    case dropCitation
    case acceptCitation
    case senderBecomes(Membership)
    case targetBecomes(Membership)
    case authoriserBecomes(Membership)
    /// The sender's power is this value at least.
    case senderReaches(StaticString)
    case senderExceeds(StaticString)
    /// The sender's power is this value at least, and above the target's.
    case senderOutranksTarget(StaticString)
    /// The target's power is below the sender's, where the sender's reaches this value.
    case targetYields(StaticString)
    case authoriserReaches(StaticString)
    case joinRuleBecomes(JoinRule)
    case unreadableLevelGoes
    case authorisingServerSigns
    case policyServerSigns
    case identityServerSigns
    case citeThirdPartyInvite
    case stateKeyBecomesSender
    case stateKeyBecomesSendersServer
}

extension Rule {
    /// What would keep the rule from denying an event, the least first. Nothing mends an event that is malformed, or one of a
    /// room that its create event closes to the sender.
    var remedies: [Remedy] {
        switch self {
        case .authEventsNoCreate, .draftProtocolNoCreate: [.citeCreate]
        case .authEventsDuplicate, .authEventsUnexpected, .authEventsWrongRoom, .draftProtocolType,
            .draftProtocolDuplicate, .draftProtocolWrongRoom:
            [.dropCitation]
        case .authEventsRejected, .draftProtocolUnauthorized: [.dropCitation, .acceptCitation]
        case .statePowerLevelsMalformed: [.unreadableLevelGoes]
        case .memberAuthorisedViaUnsigned: [.authorisingServerSigns]
        case .draftPolicyMissingSignature, .draftPolicyBadSignature: [.policyServerSigns]
        case .memberInvite3pBadSignature: [.identityServerSigns]
        case .memberInvite3pUnknownToken: [.citeThirdPartyInvite]
        case .aliasesNoStateKey, .aliasesDomainMismatch: [.stateKeyBecomesSendersServer]
        case .stateKeyForeignUser, .memberJoinSenderMismatch, .memberKnockSenderMismatch, .draftMemberJoinSender:
            [.stateKeyBecomesSender]
        default: membershipRemedies + powerRemedies
        }
    }

    private var membershipRemedies: [Remedy] {
        switch self {
        case .senderNotJoined, .memberInviteSenderNotJoined, .memberLeaveSenderNotJoined, .memberBanSenderNotJoined,
            .memberLeaveSelfNotMember, .draftOtherNotJoined, .draftMemberInviteSenderNotJoined,
            .draftMemberKickSenderNotJoined, .draftMemberBanSenderNotJoined, .draftMemberLeaveSelfNotMember:
            [.senderBecomes(.join)]
        case .memberJoinBanned, .draftMemberJoinBanned: [.senderBecomes(.leave), .senderBecomes(.invite)]
        case .memberJoinForbidden, .draftMemberJoinForbidden: [.senderBecomes(.invite), .joinRuleBecomes(.public)]
        case .memberJoinRestrictedUnauthorised:
            [
                .senderBecomes(.invite), .authoriserBecomes(.join), .authoriserReaches("invite"),
                .joinRuleBecomes(.public),
            ]
        case .memberInviteTarget, .memberInvite3pBanned, .draftMemberInviteTargetJoined, .draftMemberInviteTargetBanned:
            [.targetBecomes(.leave)]
        case .memberKnockMembership: [.senderBecomes(.leave)]
        case .memberKnockJoinRule: [.joinRuleBecomes(.knock)]
        case .draftMemberInviteJoinRule: [.joinRuleBecomes(.invite)]
        default: []
        }
    }

    private var powerRemedies: [Remedy] {
        switch self {
        case .powerRequiredLevel, .draftOtherPower: [.senderReaches("required")]
        case .memberInvitePower, .thirdPartyInvitePower: [.senderReaches("invite")]
        case .memberLeaveUnbanPower, .draftMemberKickUnbanPower: [.senderReaches("ban"), .targetBecomes(.leave)]
        case .memberLeavePower: [.senderOutranksTarget("kick"), .targetYields("kick")]
        case .memberBanPower: [.senderOutranksTarget("ban"), .targetYields("ban")]
        case .draftMemberKickPower: [.senderReaches("kick")]
        case .draftMemberBanPower: [.senderReaches("ban")]
        case .redactionDenied, .draftRedactionPower: [.senderReaches("redact")]
        case .powerLevelsLevelCurrentAbove, .powerLevelsEventsCurrentAbove, .powerLevelsNotificationsCurrentAbove:
            [.senderReaches("from")]
        case .powerLevelsLevelNewAbove, .powerLevelsEventsNewAbove, .powerLevelsNotificationsNewAbove,
            .powerLevelsUsersNewAbove:
            [.senderReaches("to")]
        case .powerLevelsUsersCurrentNotBelow: [.senderExceeds("from")]
        case .draftPowerLevelsAboveOwn: [.senderReaches("from"), .senderReaches("to")]
        default: []
        }
    }
}
