extension RuleDescription {
    static let otherEvents: [RuleDescription] = [
        RuleDescription(
            .senderNotJoined,
            .deny,
            "6 6 5 5 5 5 5 6",
            title: "Who sends events is joined",
            reason: "the membership of {sender} is {membership}, not join"
        ),
        RuleDescription(
            .thirdPartyInviteAllow,
            .allow,
            "7.1 7.1 6.1 6.1 6.1 6.1 6.1 7.1",
            title: "Who has the invite level may invite third-party addresses",
            reason: "power level {level} reaches the {invite} needed to invite"
        ),
        RuleDescription(
            .thirdPartyInvitePower,
            .deny,
            "7.1 7.1 6.1 6.1 6.1 6.1 6.1 7.1",
            title: "Who has not the invite level may not invite third-party addresses",
            reason: "power level {level} is below the {invite} needed to invite"
        ),
        RuleDescription(
            .powerRequiredLevel,
            .deny,
            "8 8 7 7 7 7 7 8",
            title: "The sender has the level that the event's type needs",
            reason: "power level {level} is below the {required} needed to send {type}"
        ),
        RuleDescription(
            .stateKeyForeignUser,
            .deny,
            "9 9 8 8 8 8 8 9",
            title: "A state key that begins with @ is the sender's",
            reason: "the state key \"{state_key}\" is not {sender}"
        ),
        RuleDescription(
            .powerLevelsFieldNotInteger,
            .deny,
            "- - - - - 9.1 9.1 10.1",
            title: "The named levels are integers",
            reason: "{path} is {value}, not an integer"
        ),
        RuleDescription(
            .powerLevelsMapNotInteger,
            .deny,
            "- - - - - 9.2 9.2 10.2",
            title: "The levels of events and notifications are integers",
            reason: "{path} is {value}, not an integer"
        ),
        RuleDescription(
            .powerLevelsUsersInvalid,
            .deny,
            "10.1 10.1 9.1 9.1 9.1 9.3 9.3 10.3",
            title: "users gives user ids their levels",
            reason: "{path} is {value}, which is not a user id with a level"
        ),
        RuleDescription(
            .powerLevelsCreatorListed,
            .deny,
            "- - - - - - - 10.4",
            title: "Creators are not listed in users",
            reason: "{user} is a creator, and must not be listed"
        ),
        RuleDescription(
            .powerLevelsFirst,
            .allow,
            "10.2 10.2 9.2 9.2 9.2 9.4 9.4 10.5",
            title: "The first power levels are free",
            reason: "the room has no power levels yet"
        ),
        RuleDescription(
            .powerLevelsMalformed,
            .deny,
            "* * * * * - - -",
            title: "The levels that are compared can be read",
            reason: "{key} is {to}, which is no level"
        ),
        RuleDescription(
            .powerLevelsLevelCurrentAbove,
            .deny,
            "10.3.1 10.3.1 9.3.1 9.3.1 9.3.1 9.5.1 9.5.1 10.6.1",
            title: "Nobody changes a named level above their own",
            reason: "{key} is {from}, above the sender's power level {level}"
        ),
        RuleDescription(
            .powerLevelsLevelNewAbove,
            .deny,
            "10.3.2 10.3.2 9.3.2 9.3.2 9.3.2 9.5.2 9.5.2 10.6.2",
            title: "Nobody sets a named level above their own",
            reason: "{key} would be {to}, above the sender's power level {level}"
        ),
        RuleDescription(
            .powerLevelsEventsCurrentAbove,
            .deny,
            "10.4 10.4 9.4 9.4 9.4 9.6 9.6 10.7",
            title: "Nobody changes an event's level above their own",
            reason: "the level of {key} is {from}, above the sender's power level {level}"
        ),
        RuleDescription(
            .powerLevelsNotificationsCurrentAbove,
            .deny,
            "- - 9.4 9.4 9.4 9.6 9.6 10.7",
            title: "Nobody changes a notification's level above their own",
            reason: "the level of {key} is {from}, above the sender's power level {level}"
        ),
        RuleDescription(
            .powerLevelsEventsNewAbove,
            .deny,
            "10.5 10.5 9.5 9.5 9.5 9.7 9.7 10.8",
            title: "Nobody sets an event's level above their own",
            reason: "the level of {key} would be {to}, above the sender's power level {level}"
        ),
        RuleDescription(
            .powerLevelsNotificationsNewAbove,
            .deny,
            "- - 9.5 9.5 9.5 9.7 9.7 10.8",
            title: "Nobody sets a notification's level above their own",
            reason: "the level of {key} would be {to}, above the sender's power level {level}"
        ),
        RuleDescription(
            .powerLevelsUsersCurrentNotBelow,
            .deny,
            "10.6 10.6 9.6 9.6 9.6 9.8 9.8 10.9",
            title: "Nobody changes the level of another user of the same power or more",
            reason: "the power level of {key} is {from}, not below the sender's {level}"
        ),
        RuleDescription(
            .powerLevelsUsersNewAbove,
            .deny,
            "10.7 10.7 9.7 9.7 9.7 9.9 9.9 10.10",
            title: "Nobody gives a user more power than they have",
            reason: "the power level of {key} would be {to}, above the sender's {level}"
        ),
        RuleDescription(
            .powerLevelsAllow,
            .allow,
            "10.8 10.8 9.8 9.8 9.8 9.10 9.10 10.11",
            title: "A change of power levels within the sender's own is allowed",
            reason: "all changes are within the sender's power level {level}"
        ),
        RuleDescription(
            .redactionPower,
            .allow,
            "11.1 - - - - - - -",
            title: "Who has the redact level may redact",
            reason: "power level {level} reaches the {redact} needed to redact"
        ),
        RuleDescription(
            .redactionSameDomain,
            .allow,
            "11.2 - - - - - - -",
            title: "A server redacts what it made",
            reason: "{event_id} and {redacts} have the same domain"
        ),
        RuleDescription(
            .redactionDenied,
            .deny,
            "11.3 - - - - - - -",
            title: "Nobody else redacts",
            reason:
                "power level {level} is below the {redact} needed to redact, and {redacts} has another domain than {event_id}"
        ),
        RuleDescription(
            .allowDefault,
            .allow,
            "12 11 10 10 10 10 10 11",
            title: "Everything else is allowed",
            reason: "{sender} is joined and power level {level} reaches the {required} needed to send {type}"
        ),
    ]
}
