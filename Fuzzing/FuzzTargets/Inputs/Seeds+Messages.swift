import CanonicalJSON
import EventTestSupport
import MatrixEvents

extension Seeds {
    /// A call of each method, by name, and what the envelope alone is about.
    static func messages() throws -> [[UInt8]] {
        let room = try SampleRoom()
        let calls = try calls(in: room).map { method, params in
            ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params] as TestJSON
        }
        let batch = TestJSON.array(calls.suffix(6) + [5, ["jsonrpc": "2.0", "method": "update", "params": [1]]])
        return (calls + [batch] + envelopes).map(\.bytes)
    }

    private static let envelopes: [TestJSON] = [
        [], 1, [:], [nil], ["jsonrpc": "2.0", "method": "update"], ["jsonrpc": "2.0", "id": nil, "method": "foobar"],
        ["jsonrpc": "2.0", "id": .raw("1.50e1"), "method": "echo", "params": ["text": "x", "choice": 5]],
        ["jsonrpc": "2.0", "id": "\u{0}\"", "method": "later", "params": ["x", true, 3, "fast"]],
        [["jsonrpc": "2.0", "id": 1, "method": "fail_later"], ["jsonrpc": "2.0", "method": "fail"]],
        ["jsonrpc": "2.0", "id": 1, "method": "subtract", "params": [9_223_372_036_854_775_807, -1]],
        ["jsonrpc": "2.0", "id": 1, "method": "sum", "params": ["a": 9_223_372_036_854_775_807, "b": 1]],
        ["jsonrpc": "2.0", "id": 1, "method": "rpc.discover"],
        ["jsonrpc": "2.0", "id": 1, "method": "session.authenticate", "params": ["token": "x"]],
        ["jsonrpc": "2.0", "id": 1, "method": "session.announce_closing", "params": []],
    ]

    private static func calls(in room: SampleRoom) throws -> [(String, TestJSON)] {
        let (events, refused) = (room.events, room.refused)
        guard let create = events.first, let topic = refused.first, let levels = refused.last else { return [] }
        let state = TestJSON.ids(Array(events.filter { $0.stateKey != nil && !refused.contains { $0 === topic } }))
        let ids = TestJSON.ids([topic, levels])
        return [
            ("auth.check", ["event_id": .id(topic), "explain": true, "checks": ["format", "hash"]]),
            ("auth.check", ["event": .event(levels), "state": state, "current_state": state, "checks": ["chain"]]),
            ("auth.check", ["event": .event(topic), "events": .events(events), "auth_events": ids, "rejected": ids]),
            (
                "auth.check",
                ["event": .event(create), "checks": ["signatures", "policy"], "keys": .signingKeys(of: ["a"])]
            ),
            (
                "auth.check_many",
                ["events": .events(Array(events.prefix(4))), "room_version": "11", "checks": ["hash"]]
            ),
            ("auth.rules", ["room_version": "12"]),
            (
                "auth.select",
                [
                    "event": ["type": "m.room.member", "sender": "@x:a", "state_key": "@x:a", "content": [:]],
                    "room_version": "11", "state": state,
                ]
            ),
            (
                "join.template",
                ["room_id": .string("\(create.roomID)"), "user_id": "@x:a", "room_versions": ["11"], "state": state]
            ),
            ("join.accept", ["event": .event(topic), "state": state, "room_version": "11"]),
            (
                "invite.check",
                ["event": .event(topic), "state": [.stripped(create)], "invitee_server": "a", "stage": "request"]
            ),
            ("moderation.can", ["user_id": "@x:a", "action": "kick", "target": "@y:a", "state": state]),
            ("moderation.who", ["action": "set_power:50", "state": state, "limit": 1, "cursor": "@a:a"]),
            ("moderation.whence", ["user_id": "@x:a", "state": state]),
            ("moderation.what_if", ["event": .event(topic), "state": state, "users": ["@x:a"]]),
            ("graph.chain", ["event_ids": ids, "include": "events", "limit": 2]),
            ("graph.difference", ["sets": [ids, [.id(create)]]]),
            ("events.get", ["event_ids": ids]),
            ("events.put", ["room_version": "11", "events": .events([create, topic]), "checks": ["hash"]]),
        ]
    }
}
