extension RuleDescription {
    static let joinsAndInvites: [RuleDescription] = [
        RuleDescription(
            .memberMalformed,
            .deny,
            "5.1 5.1 4.1 4.1 4.1 4.1 4.1 5.1",
            title: "A member event names a user and a membership",
            reason: "the state key \"{state_key}\" is not a user id",
            withoutValues: "it has no state_key, or its content has no membership"
        ),
        RuleDescription(
            .memberAuthorisedViaUnsigned,
            .deny,
            "- - - - 4.2.1 4.2.1 4.2.1 5.2.1",
            title: "The authorising user's server signed the event",
            reason: "the event names {via} as authorising user, and {server} has not signed it",
            withoutValues: "join_authorised_via_users_server names no user, whose server could sign the event"
        ),
        RuleDescription(
            .memberJoinCreator,
            .allow,
            "5.2.1 5.2.1 4.2.1 4.2.1 4.3.1 4.3.1 4.3.1 5.3.1",
            title: "The creator joins right after the creation",
            reason: "{state_key} is the creator, and the create event is the only previous event"
        ),
        RuleDescription(
            .memberJoinSenderMismatch,
            .deny,
            "5.2.2 5.2.2 4.2.2 4.2.2 4.3.2 4.3.2 4.3.2 5.3.2",
            title: "Users join only themselves",
            reason: "{sender} cannot join in the name of {state_key}"
        ),
        RuleDescription(
            .memberJoinBanned,
            .deny,
            "5.2.3 5.2.3 4.2.3 4.2.3 4.3.3 4.3.3 4.3.3 5.3.3",
            title: "Banned users do not join",
            reason: "{sender} is banned"
        ),
        RuleDescription(
            .memberJoinInvited,
            .allow,
            "5.2.4 5.2.4 4.2.4 4.2.4 4.3.4 4.3.4 4.3.4 5.3.4",
            title: "Who is invited or joined may join",
            reason: "the join rule is \"{join_rule}\" and the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .memberJoinRestrictedMember,
            .allow,
            "- - - - 4.3.5.1 4.3.5.1 4.3.5.1 5.3.5.1",
            title: "Who is invited or joined may join a restricted room",
            reason: "the join rule is \"{join_rule}\" and the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .memberJoinRestrictedUnauthorised,
            .deny,
            "- - - - 4.3.5.2 4.3.5.2 4.3.5.2 5.3.5.2",
            title: "A restricted join is authorised by a joined user who may invite",
            reason:
                "the authorising user {via} has membership {membership} and power level {level}, where join and {invite} are needed",
            withoutValues: "the event names no authorising user, and {sender} is neither invited nor joined"
        ),
        RuleDescription(
            .memberJoinRestrictedAuthorised,
            .allow,
            "- - - - 4.3.5.3 4.3.5.3 4.3.5.3 5.3.5.3",
            title: "A joined user who may invite authorises the restricted join",
            reason: "{via} is joined and has power level {level} of the {invite} needed to invite"
        ),
        RuleDescription(
            .memberJoinPublic,
            .allow,
            "5.2.5 5.2.5 4.2.5 4.2.5 4.3.6 4.3.6 4.3.6 5.3.6",
            title: "Anybody may join a public room",
            reason: "the join rule is \"{join_rule}\""
        ),
        RuleDescription(
            .memberJoinForbidden,
            .deny,
            "5.2.6 5.2.6 4.2.6 4.2.6 4.3.7 4.3.7 4.3.7 5.3.7",
            title: "Nobody else joins",
            reason: "the join rule is \"{join_rule}\" and the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .memberInvite3pBanned,
            .deny,
            "5.3.1.1 5.3.1.1 4.3.1.1 4.3.1.1 4.4.1.1 4.4.1.1 4.4.1.1 5.4.1.1",
            title: "Banned users are not invited by a third party",
            reason: "{target} is banned"
        ),
        RuleDescription(
            .memberInvite3pNoSigned,
            .deny,
            "5.3.1.2 5.3.1.2 4.3.1.2 4.3.1.2 4.4.1.2 4.4.1.2 4.4.1.2 5.4.1.2",
            title: "A third-party invite has a signed part",
            reason: "third_party_invite has no object \"signed\""
        ),
        RuleDescription(
            .memberInvite3pMalformed,
            .deny,
            "5.3.1.3 5.3.1.3 4.3.1.3 4.3.1.3 4.4.1.3 4.4.1.3 4.4.1.3 5.4.1.3",
            title: "The signed part has mxid and token",
            reason: "third_party_invite.signed lacks mxid or token"
        ),
        RuleDescription(
            .memberInvite3pMxid,
            .deny,
            "5.3.1.4 5.3.1.4 4.3.1.4 4.3.1.4 4.4.1.4 4.4.1.4 4.4.1.4 5.4.1.4",
            title: "The signed part is for the invited user",
            reason: "the invite is signed for {mxid}, not for {state_key}"
        ),
        RuleDescription(
            .memberInvite3pUnknownToken,
            .deny,
            "5.3.1.5 5.3.1.5 4.3.1.5 4.3.1.5 4.4.1.5 4.4.1.5 4.4.1.5 5.4.1.5",
            title: "The token names a third-party invite of the room",
            reason: "no m.room.third_party_invite has the state key \"{token}\""
        ),
        RuleDescription(
            .memberInvite3pSender,
            .deny,
            "5.3.1.6 5.3.1.6 4.3.1.6 4.3.1.6 4.4.1.6 4.4.1.6 4.4.1.6 5.4.1.6",
            title: "The inviter is the one who invited the third-party address",
            reason: "{sender} is not {inviter}, who invited the address"
        ),
        RuleDescription(
            .memberInvite3pSigned,
            .allow,
            "5.3.1.7 5.3.1.7 4.3.1.7 4.3.1.7 4.4.1.7 4.4.1.7 4.4.1.7 5.4.1.7",
            title: "The identity server's signature verifies",
            reason: "the signature over the invite \"{token}\" verifies"
        ),
        RuleDescription(
            .memberInvite3pBadSignature,
            .deny,
            "5.3.1.8 5.3.1.8 4.3.1.8 4.3.1.8 4.4.1.8 4.4.1.8 4.4.1.8 5.4.1.8",
            title: "An invite without a valid signature is refused",
            reason: "no signature over the invite \"{token}\" verifies"
        ),
        RuleDescription(
            .memberInviteSenderNotJoined,
            .deny,
            "5.3.2 5.3.2 4.3.2 4.3.2 4.4.2 4.4.2 4.4.2 5.4.2",
            title: "Inviters are joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .memberInviteTarget,
            .deny,
            "5.3.3 5.3.3 4.3.3 4.3.3 4.4.3 4.4.3 4.4.3 5.4.3",
            title: "Neither joined nor banned users are invited",
            reason: "the membership of {target} is {membership}"
        ),
        RuleDescription(
            .memberInviteAllow,
            .allow,
            "5.3.4 5.3.4 4.3.4 4.3.4 4.4.4 4.4.4 4.4.4 5.4.4",
            title: "Who has the invite level may invite",
            reason: "power level {level} reaches the {invite} needed to invite"
        ),
        RuleDescription(
            .memberInvitePower,
            .deny,
            "5.3.5 5.3.5 4.3.5 4.3.5 4.4.5 4.4.5 4.4.5 5.4.5",
            title: "Who has not the invite level may not invite",
            reason: "power level {level} is below the {invite} needed to invite"
        ),
    ]
}
