package import MatrixEvents

/// The room that `Samples/room-v11.jsonl` holds, and its state in `Samples/state-v11.jsonl`: a reading circle of four, a spammer, and what the rules refused.
package struct SampleRoom {
    /// Every event, ancestors first, the refused ones included.
    package private(set) var events: [Event] = []
    /// Those that the rules refuse.
    package private(set) var refused: [Event] = []
    /// The room's state in the end, in the order in which it came about.
    package private(set) var state: [Event] = []

    private static let alice: UserID = "@alice:alpha.example"
    private static let bob: UserID = "@bob:beta.example"
    private static let carol: UserID = "@carol:gamma.example"
    private static let dave: UserID = "@dave:gamma.example"
    private static let mallory: UserID = "@mallory:mallory.example"

    package init() throws {
        var room = try TestRoom(version: .v11, createdBy: Self.alice, id: "reading-circle")
        try Self.furnish(&room)
        try Self.gather(&room)
        try Self.talk(&room)
        try Self.removeSpammer(&room)
        refused = try [
            room.event("m.room.topic", by: Self.carol, stateKey: "", content: ["topic": "Carol's corner"]),
            room.membership("join", of: Self.dave),
            room.membership("join", of: Self.mallory),
            room.event(
                .powerLevels,
                by: Self.bob,
                stateKey: "",
                content: ["users": [Self.alice.description: 50, Self.bob.description: 100]]
            ),
        ]
        events = room.events + refused
        state = room.events.filter { event in event.stateKeyPair.map { room.state[$0]?.id == event.id } ?? false }
    }

    private static func furnish(_ room: inout TestRoom) throws {
        try room.join(alice)
        try room.setPowerLevels(
            [
                "users": [alice.description: 100, bob.description: 50],
                "users_default": 0, "events_default": 0, "state_default": 50, "invite": 50,
                "events": ["m.room.power_levels": 100, "m.room.tombstone": 100],
            ],
            by: alice
        )
        try room.setJoinRule("invite", by: alice)
        try room.send(
            .historyVisibility,
            by: alice,
            stateKey: "",
            content: ["history_visibility": "shared"]
        )
        try room.send("m.room.name", by: alice, stateKey: "", content: ["name": "Reading circle"])
    }

    private static func gather(_ room: inout TestRoom) throws {
        try room.invite(bob, by: alice)
        try room.join(bob)
        try room.invite(carol, by: bob)
        try room.join(carol)
        try room.invite(mallory, by: bob)
        try room.join(mallory)
    }

    private static func talk(_ room: inout TestRoom) throws {
        try room.send("m.room.topic", by: bob, stateKey: "", content: ["topic": "Chapter one by Sunday"])
        try room.send("m.room.message", by: carol, content: ["msgtype": "m.text", "body": "I am on page forty."])
        try room.send("m.room.message", by: alice, content: ["msgtype": "m.text", "body": "No spoilers, please!"])
    }

    private static func removeSpammer(_ room: inout TestRoom) throws {
        let spam = try room.send(
            "m.room.message",
            by: mallory,
            content: ["msgtype": "m.text", "body": "Buy cheap books here"]
        )
        try room.ban(mallory, by: bob)
        try room.send(.redaction, by: bob, content: ["redacts": .string(spam.id.description), "reason": "spam"])
    }
}
