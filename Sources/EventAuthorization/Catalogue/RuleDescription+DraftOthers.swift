extension RuleDescription {
    static let draftOthers: [RuleDescription] = [
        RuleDescription(
            .draftMemberInviteSenderNotJoined,
            .deny,
            draft: "17",
            title: "Inviters are joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .draftMemberInviteJoinRule,
            .deny,
            draft: "18",
            title: "Only public and invite rooms take invites",
            reason: "the join rule is \"{join_rule}\""
        ),
        RuleDescription(
            .draftMemberInviteTargetJoined,
            .deny,
            draft: "19",
            title: "Joined users are not invited",
            reason: "{target} is joined"
        ),
        RuleDescription(
            .draftMemberInviteTargetBanned,
            .deny,
            draft: "20",
            title: "Banned users are not invited",
            reason: "{target} is banned"
        ),
        RuleDescription(
            .draftMemberInviteAllow,
            .allow,
            draft: "21",
            title: "Joined users may invite",
            reason: "{sender} is joined and the join rule is \"{join_rule}\""
        ),
        RuleDescription(
            .draftMemberLeaveSelf,
            .allow,
            draft: "22",
            title: "Users may leave, and decline invites",
            reason: "the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .draftMemberLeaveSelfNotMember,
            .deny,
            draft: "23",
            title: "Who is not in the room cannot leave it",
            reason: "the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .draftMemberKickSenderNotJoined,
            .deny,
            draft: "24",
            title: "Who kicks is joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .draftMemberKickUnbanPower,
            .deny,
            draft: "25",
            title: "Unbanning needs the ban level",
            reason: "{target} is banned, and power level {level} is below the {ban} needed to unban"
        ),
        RuleDescription(
            .draftMemberKickAllow,
            .allow,
            draft: "26",
            title: "Who has the kick level may kick",
            reason: "power level {level} reaches the {kick} needed to kick"
        ),
        RuleDescription(
            .draftMemberKickPower,
            .deny,
            draft: "26",
            title: "Who has not the kick level may not kick",
            reason: "power level {level} is below the {kick} needed to kick"
        ),
        RuleDescription(
            .draftMemberBanSenderNotJoined,
            .deny,
            draft: "27",
            title: "Who bans is joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .draftMemberBanAllow,
            .allow,
            draft: "28",
            title: "Who has the ban level may ban",
            reason: "power level {level} reaches the {ban} needed to ban"
        ),
        RuleDescription(
            .draftMemberBanPower,
            .deny,
            draft: "28",
            title: "Who has not the ban level may not ban",
            reason: "power level {level} is below the {ban} needed to ban"
        ),
        RuleDescription(
            .draftMemberUnknown,
            .deny,
            draft: "29",
            title: "No other membership is known",
            reason: "the membership {membership} is not known",
            withoutValues: "the state key is not a user id, or the content has no membership"
        ),
        RuleDescription(
            .draftOtherNotJoined,
            .deny,
            draft: "30",
            title: "Who sends events is joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .draftOtherPower,
            .deny,
            draft: "31",
            title: "The sender has the level that the event's type needs",
            reason: "power level {level} is below the {required} needed to send {type}"
        ),
        RuleDescription(
            .draftRedactionPower,
            .deny,
            draft: "32",
            title: "Who redacts has the redact level",
            reason: "power level {level} is below the {redact} needed to redact"
        ),
        RuleDescription(
            .draftPowerLevelsUsersInvalid,
            .deny,
            draft: "33",
            title: "Levels can be read, and users gives them to user ids",
            reason: "{path} is {value}, which is no level, or not a user id's"
        ),
        RuleDescription(
            .draftPowerLevelsAboveOwn,
            .deny,
            draft: "33",
            title: "Nobody changes levels above their own",
            reason: "{key} would change from {from} to {to}, and the sender's power level is {level}"
        ),
        RuleDescription(
            .draftAllow,
            .allow,
            draft: "34",
            title: "Everything else is allowed",
            reason: "{sender} is joined and power level {level} reaches the {required} needed to send {type}"
        ),
    ]
}
