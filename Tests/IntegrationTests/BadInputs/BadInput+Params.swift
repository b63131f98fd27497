import EventTestSupport

extension BadInput {
    private static let topic: TestJSON = ["type": "m.room.topic"]
    private static let id: TestJSON = .string("$" + String(repeating: "a", count: 43))

    /// Parameters that are absent, of the wrong type, or not what they must be.
    static let params: [BadInput] = [
        .call("nothing to check", "auth.check", [:], gets: .wrong(at: "/event", expected: "either event or event_id")),
        .call(
            "two that exclude each other",
            "auth.check",
            ["event": topic, "event_id": "$x"],
            gets: .wrong(at: "/event", expected: "either event or event_id")
        ),
        .call(
            "an event that is text",
            "auth.check",
            ["event": "{}"],
            gets: .wrong(at: "/event", expected: "an object")
        ),
        .call("the same by position", "auth.check", ["{}"], gets: .wrong(at: "/0", expected: "an object")),
        .call(
            "a parameter that there is not",
            "auth.rules",
            ["room_version": "11", "a/b": 1],
            gets: .wrong(at: "/a~1b", expected: "one of the parameters room_version")
        ),
        .call(
            "a parameter too many, by position",
            "auth.rules",
            ["11", 1],
            gets: .wrong(at: "/1", expected: "at most 1 parameters")
        ),
        .call("a parameter left out", "auth.rules", [:], gets: .wrong(at: "/room_version", expected: "a string")),
        .call(
            "references that are none",
            "auth.check",
            ["event": topic, "state": ["$a", 5]],
            gets: .wrong(at: "/state/1", expected: "a string")
        ),
        .call(
            "a check that there is not",
            "auth.check",
            ["event": topic, "checks": ["format", "nonsense"]],
            gets: .wrong(at: "/checks/1", expected: #"one of "format", "signatures", "hash", "policy", "chain""#)
        ),
        .call(
            "a key that is none",
            "auth.check",
            ["event": topic, "room_version": "11", "keys": ["a.example": ["ed25519:1": "AAAA"]]],
            gets: .wrong(at: "/keys/a.example/ed25519:1", expected: "the 32 bytes of an Ed25519 key in base64")
        ),
        .call(
            "no time at all",
            "auth.check",
            ["event": topic, "timeout_ms": 0],
            gets: .wrong(at: "/timeout_ms", expected: "an integer from 1 to 600000")
        ),
        .call(
            "a fraction of a time",
            "auth.check",
            ["event": topic, "timeout_ms": .raw("1.5")],
            gets: .wrong(at: "/timeout_ms", expected: "an integer from 1 to 600000")
        ),
        .call(
            "1 for true",
            "auth.check",
            ["event": topic, "explain": 1],
            gets: .wrong(at: "/explain", expected: "true or false")
        ),
        .call(
            "an event brought along that is none",
            "auth.check",
            ["event": topic, "room_version": "11", "events": [[:]]],
            gets: .error(-32_602, "invalid_params", at: "/events/0/type", says: "a valid event: type is absent")
        ),
        .call(
            "nothing to select for",
            "auth.select",
            ["event": [:], "state": []],
            gets: .wrong(at: "/event/type", expected: "a string")
        ),
        .call(
            "a sender that is none",
            "auth.select",
            ["event": ["type": "m", "sender": "bob", "content": [:]], "room_version": "11", "state": []],
            gets: .wrong(at: "/event/sender", expected: "a user id")
        ),
        .call(
            "the chain of nothing",
            "graph.chain",
            ["event_ids": []],
            gets: .wrong(at: "/event_ids", expected: "the id of an event at least")
        ),
        .call(
            "a page of no events",
            "graph.chain",
            ["event_ids": ["$a"], "limit": 0],
            gets: .wrong(at: "/limit", expected: "an integer from 1 to 10000")
        ),
        .call(
            "sets that are none",
            "graph.difference",
            ["sets": [["$a"], 5]],
            gets: .wrong(at: "/sets/1", expected: "an array")
        ),
        .call(
            "sets that are too many",
            "graph.difference",
            ["sets": .array([TestJSON](repeating: ["$a"], count: 257))],
            gets: .tooLarge("There are more than 256 sets in the list of sets.")
        ),
        .call(
            "events to store that are none",
            "events.put",
            ["room_version": "11", "events": [5]],
            gets: .wrong(at: "/events/0", expected: "an object")
        ),
        .call(
            "events to store of no room version",
            "events.put",
            ["events": []],
            gets: .wrong(at: "/room_version", expected: "the room's version")
        ),
        .call(
            "an invite to nowhere",
            "invite.check",
            [
                "event": topic, "room_version": "11", "state": [], "stage": "request", "keys": [:],
                "invitee_server": "!",
            ],
            gets: .wrong(at: "/invitee_server", expected: "a server name")
        ),
        .call(
            "a room of which nothing is stored",
            "room.replay",
            ["room_id": "!room:a"],
            gets: .wrong(at: "/room_id", expected: "a room of which events are stored")
        ),
        .call(
            "a state without a room",
            "events.put",
            ["room_version": "11", "events": [], "state_of": ["room_id": "room", "event_ids": ["$a"]]],
            gets: .wrong(at: "/state_of/room_id", expected: "a room's id")
        ),
        .call(
            "an action that there is not",
            "moderation.can",
            ["user_id": "@bob:b", "action": "fly", "state": ["$a"]],
            gets: .error(-32_602, "invalid_params", at: "/action", says: "an action: join, knock, ")
        ),
        .call(
            "a room whose state nobody knows",
            "moderation.who",
            ["action": "join", "room_id": "!room:a"],
            gets: .wrong(at: "/room_id", expected: "a room whose current state the store knows; or send the state")
        ),
        .call(
            "a user that is none",
            "moderation.whence",
            ["user_id": "bob", "state": ["$a"]],
            gets: .wrong(at: "/user_id", expected: "a user id")
        ),
        .call(
            "a token that is an object",
            "session.authenticate",
            ["token": [:]],
            gets: .wrong(at: "/token", expected: "a string")
        ),
    ]

    /// Room versions and ids that are unknown.
    static let unknowns: [BadInput] = [
        .call(
            "a room version that there is not",
            "auth.rules",
            ["room_version": "13"],
            gets: .error(-32_002, "unknown_room_version", says: "The room version 13 is not known.")
        ),
        .call(
            "a room version that is a number",
            "auth.rules",
            ["room_version": 11],
            gets: .wrong(at: "/room_version", expected: "a string")
        ),
        .call(
            "a room version with a blank",
            "auth.check",
            ["event": topic, "room_version": " 11"],
            gets: .error(-32_002, "unknown_room_version", says: "The room version  11 is not known.")
        ),
        .call("an event that nobody has", "auth.check", ["event_id": id], gets: .missing(1)),
        .call("an id without its sign", "auth.check", ["event_id": "nobody"], gets: .missing(1)),
        .call("an empty id", "graph.chain", ["event_ids": [""]], gets: .missing(1)),
        .call(
            "an id of 100,000 bytes",
            "graph.chain",
            ["event_ids": [.string(String(repeating: "$", count: 100_000))]],
            gets: .missing(1)
        ),
        .call(
            "a state that nobody has",
            "moderation.what_if",
            ["event": ["type": "m", "sender": "@bob:b"], "state": ["$a"]],
            gets: .missing(1)
        ),
    ]
}
