extension RuleDescription {
    static let draftProtocolAndJoins: [RuleDescription] = [
        RuleDescription(
            .draftPolicyMissingSignature,
            .deny,
            draft: "1",
            title: "Where a policy server is configured, it signs every event",
            reason: "the policy server {server} has not signed the event"
        ),
        RuleDescription(
            .draftPolicyBadSignature,
            .deny,
            draft: "1",
            title: "The policy server's signature verifies",
            reason: "the signature of the policy server {server} does not verify"
        ),
        RuleDescription(
            .draftPolicySigned,
            .allow,
            draft: "1",
            title: "The policy server's signature is the authorization",
            reason: "the policy server {server} has signed the event"
        ),
        RuleDescription(
            .draftCreateNotFirst,
            .deny,
            draft: "2",
            title: "A create event is the first of its room",
            reason: "the create event follows {prev_events} events and lists {cited}"
        ),
        RuleDescription(
            .draftCreateFirst,
            .allow,
            draft: "3",
            title: "The first event of a room is its creation",
            reason: "the create event is the first of its room"
        ),
        RuleDescription(
            .draftProtocolType,
            .deny,
            draft: "4",
            title: "Protocol events are the create, power-levels, member and join-rules events",
            reason: "{event_id} of type {type} is no protocol event"
        ),
        RuleDescription(
            .draftProtocolDuplicate,
            .deny,
            draft: "5",
            title: "No two protocol events stand in the same place of the state",
            reason: "{event_id} is listed beside another event of type {type} and state key \"{state_key}\"",
            withoutValues: "{event_id} is listed twice"
        ),
        RuleDescription(
            .draftProtocolWrongRoom,
            .deny,
            draft: "6",
            title: "Protocol events are of the event's room",
            reason: "{event_id} is of room {room_id}, not of {expected}"
        ),
        RuleDescription(
            .draftProtocolUnauthorized,
            .deny,
            draft: "7",
            title: "Protocol events are themselves authorized",
            reason: "the protocol event {event_id} of type {type} is not authorized"
        ),
        RuleDescription(
            .draftProtocolNoCreate,
            .deny,
            draft: "8",
            title: "The room's creation is behind every event",
            reason: "no create event is reachable from the {cited} protocol events"
        ),
        RuleDescription(
            .draftMemberJoinCreator,
            .allow,
            draft: "9",
            title: "The creator joins right after the creation",
            reason: "{state_key} is the creator, and the create event is the only previous event"
        ),
        RuleDescription(
            .draftMemberJoinSender,
            .deny,
            draft: "10",
            title: "Users join only themselves",
            reason: "{sender} cannot join in the name of {state_key}"
        ),
        RuleDescription(
            .draftMemberJoinBanned,
            .deny,
            draft: "11",
            title: "Banned users do not join",
            reason: "{sender} is banned"
        ),
        RuleDescription(
            .draftMemberJoinNoop,
            .allow,
            draft: "12",
            title: "Who is joined may join again",
            reason: "{sender} is joined"
        ),
        RuleDescription(
            .draftMemberJoinMayJoin,
            .allow,
            draft: "13",
            title: "Who is listed in may_join may join",
            reason: "{sender} is listed in may_join"
        ),
        RuleDescription(
            .draftMemberJoinPublic,
            .allow,
            draft: "14",
            title: "Anybody may join a public room",
            reason: "the join rule is \"{join_rule}\""
        ),
        RuleDescription(
            .draftMemberJoinInvited,
            .allow,
            draft: "15",
            title: "Who is invited may join an invite room",
            reason: "the join rule is \"{join_rule}\" and {sender} is invited"
        ),
        RuleDescription(
            .draftMemberJoinForbidden,
            .deny,
            draft: "16",
            title: "Nobody else joins",
            reason: "the join rule is \"{join_rule}\" and the membership of {sender} is {membership}"
        ),
    ]
}
