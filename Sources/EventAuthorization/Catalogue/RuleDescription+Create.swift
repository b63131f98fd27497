extension RuleDescription {
    static let createAndCitations: [RuleDescription] = [
        RuleDescription(
            .createPrevEvents,
            .deny,
            "1.1 1.1 1.1 1.1 1.1 1.1 1.1 1.1",
            title: "A create event has no prev_events",
            reason: "the create event has {prev_events} prev_events, and must have none"
        ),
        RuleDescription(
            .createRoomIDDomain,
            .deny,
            "1.2 1.2 1.2 1.2 1.2 1.2 1.2 -",
            title: "A room id has the domain of its creator",
            reason: "the domain of {room_id} is not the domain of {sender}"
        ),
        RuleDescription(
            .createHasRoomID,
            .deny,
            "- - - - - - - 1.2",
            title: "A create event has no room_id: its hash names the room",
            reason: "the create event has a room_id, and must have none"
        ),
        RuleDescription(
            .createRoomVersionUnknown,
            .deny,
            "1.3 1.3 1.3 1.3 1.3 1.3 1.3 1.3",
            title: "A create event names a known room version",
            reason: "content.room_version {room_version} is no known room version"
        ),
        RuleDescription(
            .createCreatorMissing,
            .deny,
            "1.4 1.4 1.4 1.4 1.4 1.4 - -",
            title: "A create event names the creator",
            reason: "content has no creator"
        ),
        RuleDescription(
            .createAdditionalCreatorsInvalid,
            .deny,
            "- - - - - - - 1.4",
            title: "additional_creators is an array of user ids",
            reason: "content.additional_creators {additional_creators} is not an array of user ids"
        ),
        RuleDescription(
            .createAllow,
            .allow,
            "1.5 1.5 1.5 1.5 1.5 1.5 1.4 1.5",
            title: "A create event that is in order is allowed",
            reason: "the create event is in order"
        ),
        RuleDescription(
            .roomCreateUnknown,
            .deny,
            "- - - - - - - 2",
            title: "The room id names an accepted create event",
            reason: "{room_id} does not name an accepted create event"
        ),
        RuleDescription(
            .authEventsDuplicate,
            .deny,
            "2.1 2.1 2.1 2.1 2.1 2.1 2.1 3.1",
            title: "No two auth events stand in the same place of the state",
            reason: "{event_id} is cited beside another event of type {type} and state key \"{state_key}\"",
            withoutValues: "{event_id} is cited twice"
        ),
        RuleDescription(
            .authEventsUnexpected,
            .deny,
            "2.2 2.2 2.2 2.2 2.2 2.2 2.2 3.2",
            title: "Only events of the selection are cited",
            reason:
                "{event_id} of type {type} and state key \"{state_key}\" is not among those that this event is to cite",
            withoutValues: "{event_id} of type {type} is no state event"
        ),
        RuleDescription(
            .authEventsRejected,
            .deny,
            "2.3 2.3 2.3 2.3 2.3 2.3 2.3 3.3",
            title: "No auth event was rejected",
            reason: "the cited event {event_id} of type {type} was itself rejected"
        ),
        RuleDescription(
            .authEventsNoCreate,
            .deny,
            "2.4 2.4 2.4 2.4 2.4 2.4 2.4 -",
            title: "The create event is cited",
            reason: "no create event is among the {cited} cited events"
        ),
        RuleDescription(
            .authEventsWrongRoom,
            .deny,
            "2.5 2.5 2.5 2.5 2.5 2.5 2.5 3.4",
            title: "All auth events are of the event's room",
            reason: "{event_id} is of room {room_id}, not of {expected}"
        ),
        RuleDescription(
            .federateDenied,
            .deny,
            "3 3 3 3 3 3 3 4",
            title: "An unfederated room is for users of the creating server",
            reason: "{sender} is not of {server}, and the room is not federated"
        ),
        RuleDescription(
            .federateMalformed,
            .deny,
            "3 3 3 3 3 3 3 4",
            title: "A room whose m.federate is no boolean is for users of the creating server",
            reason: "{sender} is not of the creating server, and m.federate is {m.federate}, not true"
        ),
        RuleDescription(
            .statePowerLevelsMalformed,
            .deny,
            "* * * * * * * * *",
            title: "The power levels that a rule needs can be read",
            reason: "the current power levels have {value} at {path}, which is no level"
        ),
        RuleDescription(
            .aliasesNoStateKey,
            .deny,
            "4.1 4.1 - - - - - -",
            title: "Aliases are a state event",
            reason: "the aliases event has no state_key"
        ),
        RuleDescription(
            .aliasesDomainMismatch,
            .deny,
            "4.2 4.2 - - - - - -",
            title: "A server sets only its own aliases",
            reason: "the state key \"{state_key}\" is not the server of {sender}"
        ),
        RuleDescription(
            .aliasesAllow,
            .allow,
            "4.3 4.3 - - - - - -",
            title: "A server may set its own aliases",
            reason: "the server sets its own aliases"
        ),
    ]
}
