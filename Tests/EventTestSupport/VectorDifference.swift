package import EventAuthorization

/// Where the vectors give an event that breaks several rules another of them than the specification's order does, or
/// name no rule of RULES.md's own. The verdict is the same every time.
package enum VectorDifference {
    /// Whether deciding `vector` by `rule` is right although the vector names another rule.
    package static func explains(_ vector: AuthorizationVector, decidedBy rule: Rule) -> Bool {
        switch (vector.kind, rule) {
        // v12 3.2 ("m.room.create MUST NOT be selected") stands before 3.5, about rooms; the create event breaks both.
        case ("auth.v12-create-explicit", .authEventsUnexpected): vector.rule == "3.5"
        // 2.1, about duplicates, stands before 2.5, about rooms; the foreign event also stands in a taken place.
        case ("auth.other-room", .authEventsDuplicate): vector.rule == "2.5"
        // All changes are held against the current values before any is held against the new ones, as the text has it;
        // the vectors take one entry after the other.
        case ("pl.change-events", .powerLevelsEventsCurrentAbove),
            ("pl.change-notifications", .powerLevelsNotificationsCurrentAbove):
            ["9.5", "9.7", "10.5", "10.8"].contains { vector.rule.hasPrefix($0) }
        case ("pl.many", .powerLevelsUsersCurrentNotBelow): ["9.7", "9.9", "10.7", "10.10"].contains(vector.rule)
        // RULES 2.3: an `m.federate` that is no boolean keeps foreign users out, before any other rule would.
        case ("federate.not-bool", .federateMalformed): true
        // RULES 2.9, U3: a state key that is no user id makes a member event malformed.
        case ("member.target-odd", .memberMalformed): true
        // A value that denotes no user cannot be signed for by that user's server, which is asked first.
        case ("member.restricted-join", .memberAuthorisedViaUnsigned): vector.rule == "5.3.5.2"
        default: false
        }
    }
}
