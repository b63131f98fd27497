import EventTestSupport

extension BadInput {
    private static let id: TestJSON = .string("$" + String(repeating: "a", count: 43))

    /// Events whose form is not their room version's. That is no error: it is what the format check is there to find.
    static let events: [BadInput] = [
        .malformed("no type", "type", nil, says: "type is absent"),
        .malformed("a type that is a number", "type", 5, says: "type is not a string"),
        .malformed(
            "a type of 256 bytes",
            "type",
            .string(String(repeating: "t", count: 256)),
            says: "type has 256 bytes, more than 255"
        ),
        .malformed("no sender", "sender", nil, says: "sender is absent"),
        .malformed("a sender without a server", "sender", "alice", says: #"sender "alice" is not a user id"#),
        .malformed("a room id without its sign", "room_id", "room", says: #"room_id "room" does not begin with '!'"#),
        .malformed("a state key that is a number", "state_key", 5, says: "state_key is not a string"),
        .malformed("content that is text", "content", "join", says: "content is not an object"),
        .malformed("a depth below zero", "depth", -1, says: "depth is not an integer from 0 on"),
        .malformed("a depth that is text", "depth", "2", says: "depth is not an integer from 0 on"),
        .malformed("a time that is text", "origin_server_ts", "now", says: "origin_server_ts is not an integer"),
        .malformed("auth events that are no list", "auth_events", "$a", says: "auth_events is not an array"),
        .malformed(
            "auth events as version 1 has them",
            "auth_events",
            [["$a", [:]]],
            says: "/auth_events/0 is not a reference to an event"
        ),
        .malformed(
            "11 auth events",
            "auth_events",
            .array([TestJSON](repeating: id, count: 11)),
            says: "it has 11 auth_events, more than 10"
        ),
        .malformed(
            "21 previous events",
            "prev_events",
            .array([TestJSON](repeating: id, count: 21)),
            says: "it has 21 prev_events, more than 20"
        ),
        .malformed("no hashes", "hashes", nil, says: "hashes is not an object with the string sha256"),
        .malformed("no signatures", "signatures", nil, says: "signatures is not an object"),
        .event(
            "70,000 bytes",
            "content",
            ["body": .string(String(repeating: "x", count: 70_000))],
            gets: .denial(rule: "format.size", says: "bytes as canonical JSON, more than 65536")
        ),
        .event(
            "a fraction",
            "content",
            ["a": .raw("1.5")],
            gets: .denial(rule: "format.canonical_json", says: "1.5 is not an integer of canonical JSON")
        ),
        .event(
            "an integer that a double does not hold",
            "content",
            ["a": .raw("9007199254740992")],
            gets: .denial(rule: "format.canonical_json", says: "9007199254740992 is not an integer of canonical JSON")
        ),
        .event(
            "an id that is not the event's",
            "event_id",
            "$nonsense",
            gets: .error(
                -32_602,
                "invalid_params",
                at: "/event/event_id",
                says: "event_id is not the event's reference hash $"
            )
        ),
    ]
}
