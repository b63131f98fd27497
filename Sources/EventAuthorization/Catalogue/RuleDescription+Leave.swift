extension RuleDescription {
    static let leavesBansAndKnocks: [RuleDescription] = [
        RuleDescription(
            .memberLeaveSelf,
            .allow,
            "5.4.1 5.4.1 4.4.1 4.4.1 4.5.1 4.5.1 4.5.1 5.5.1",
            title: "Users may leave, and decline invites",
            reason: "the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .memberLeaveSelfNotMember,
            .deny,
            "5.4.1 5.4.1 4.4.1 4.4.1 4.5.1 4.5.1 4.5.1 5.5.1",
            title: "Who is not in the room cannot leave it",
            reason: "the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .memberLeaveSenderNotJoined,
            .deny,
            "5.4.2 5.4.2 4.4.2 4.4.2 4.5.2 4.5.2 4.5.2 5.5.2",
            title: "Who kicks is joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .memberLeaveUnbanPower,
            .deny,
            "5.4.3 5.4.3 4.4.3 4.4.3 4.5.3 4.5.3 4.5.3 5.5.3",
            title: "Unbanning needs the ban level",
            reason: "{target} is banned, and power level {level} is below the {ban} needed to unban"
        ),
        RuleDescription(
            .memberLeaveKick,
            .allow,
            "5.4.4 5.4.4 4.4.4 4.4.4 4.5.4 4.5.4 4.5.4 5.5.4",
            title: "Who has the kick level may kick users of less power",
            reason: "power level {level} reaches the {kick} needed to kick and is above the {target_level} of {target}"
        ),
        RuleDescription(
            .memberLeavePower,
            .deny,
            "5.4.5 5.4.5 4.4.5 4.4.5 4.5.5 4.5.5 4.5.5 5.5.5",
            title: "Kicking needs the kick level and more power than the target",
            reason:
                "power level {level} does not reach the {kick} needed to kick or is not above the {target_level} of {target}"
        ),
        RuleDescription(
            .memberBanSenderNotJoined,
            .deny,
            "5.5.1 5.5.1 4.5.1 4.5.1 4.6.1 4.6.1 4.6.1 5.6.1",
            title: "Who bans is joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .memberBanAllow,
            .allow,
            "5.5.2 5.5.2 4.5.2 4.5.2 4.6.2 4.6.2 4.6.2 5.6.2",
            title: "Who has the ban level may ban users of less power",
            reason: "power level {level} reaches the {ban} needed to ban and is above the {target_level} of {target}"
        ),
        RuleDescription(
            .memberBanPower,
            .deny,
            "5.5.3 5.5.3 4.5.3 4.5.3 4.6.3 4.6.3 4.6.3 5.6.3",
            title: "Banning needs the ban level and more power than the target",
            reason:
                "power level {level} does not reach the {ban} needed to ban or is not above the {target_level} of {target}"
        ),
        RuleDescription(
            .memberKnockJoinRule,
            .deny,
            "- - - 4.6.1 4.7.1 4.7.1 4.7.1 5.7.1",
            title: "Only rooms with a knocking join rule take knocks",
            reason: "the join rule is \"{join_rule}\""
        ),
        RuleDescription(
            .memberKnockSenderMismatch,
            .deny,
            "- - - 4.6.2 4.7.2 4.7.2 4.7.2 5.7.2",
            title: "Users knock only for themselves",
            reason: "{sender} cannot knock in the name of {state_key}"
        ),
        RuleDescription(
            .memberKnockAllow,
            .allow,
            "- - - 4.6.3 4.7.3 4.7.3 4.7.3 5.7.3",
            title: "Who is neither banned, invited nor joined may knock",
            reason: "the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .memberKnockMembership,
            .deny,
            "- - - 4.6.4 4.7.4 4.7.4 4.7.4 5.7.4",
            title: "Who is banned, invited or joined does not knock",
            reason: "the membership of {sender} is {membership}"
        ),
        RuleDescription(
            .memberUnknownMembership,
            .deny,
            "5.6 5.6 4.6 4.7 4.8 4.8 4.8 5.8",
            title: "No other membership is known",
            reason: "the membership {membership} is not known to the room version"
        ),
    ]
}
