import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Requests that nobody would send in good faith: there is a reply to each, and soon.
struct HostileRequestTests {
    @Test(arguments: [RoomVersion.v1, .v6, .v10, .v12, .draft2014])
    func `whatever becomes of a request on its way, the reply is well-formed`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        let service = try await TestedService.storing(room)
        let requests = try self.requests(room).map { json in
            TestJSON(takenApart: try JSONDocument(parsing: json.bytes).root)
        }
        var mutation = Mutation(seed: 2_014)
        let end = ContinuousClock.now + .seconds(2)
        var count = 0
        while count < 120 || (ContinuousClock.now < end && count < 3_000) {
            let request = requests[count % requests.count]
            let message = count.isMultiple(of: 3) ? mutation.changed(request.bytes) : mutation.changed(request).bytes
            try await expectWellFormedReply(to: message, from: service)
            count += 1
        }
        #expect(service.incidents.details.isEmpty)
    }

    private func expectWellFormedReply(to message: [UInt8], from service: TestedService) async throws {
        // A message without an id is a notification, which has no reply.
        guard let reply = await service.answer(to: message) else { return }
        let root = try JSONDocument(parsing: reply).root
        for reply in root.array?.compactMap(\.object) ?? root.object.map({ [$0] }) ?? [] {
            let isWellFormed =
                reply.string("jsonrpc") == "2.0" && reply["id"] != nil
                && (reply["result"] == nil) != (reply["error"] == nil)
            let reason = reply["error"]?.object?["data"]?.object?.string("reason")
            if !isWellFormed || reason == "internal" {
                Issue.record(
                    "\(String(decoding: message, as: UTF8.self))\n\(String(decoding: root.source, as: UTF8.self))"
                )
            }
        }
    }

    private func requests(_ room: TestRoom) throws -> [TestJSON] {
        let version = TestJSON.string(room.version.rawValue)
        let join = try room.membership("join", of: .carol)
        let levels = try room.event(
            .powerLevels,
            by: .alice,
            stateKey: "",
            content: ["users": room.levels([.alice: 100, .bob: 50]), "events": ["m.room.topic": 10], "ban": 60]
        )
        let calls: [(String, TestJSON)] = [
            (
                "auth.check",
                [
                    "event": .event(join), "room_version": version, "events": .events(room.events), "explain": true,
                    "state": .ids(room.stateEvents), "checks": ["format", "hash"], "rejected": ["$x"],
                    "timeout_ms": 1_000,
                ]
            ),
            ("auth.check", ["event": .event(levels), "events": .events(room.events), "checks": []]),
            (
                "auth.check",
                [
                    "event": .event(join), "room_version": version, "events": .events(room.events),
                    "current_state": .ids(room.events), "checks": ["signatures", "hash", "policy"],
                    "keys": ["a": ["ed25519:1": .publicKey(of: "a")]],
                ]
            ),
            ("auth.check", ["event": .event(room.create)]),
            ("auth.check", ["event_id": .id(room.create), "current_state": .ids(room.events)]),
            (
                "auth.select",
                [
                    "event": [
                        "type": "m.room.member", "sender": "@bob:b", "state_key": "@bob:b",
                        "content": ["membership": "invite", "third_party_invite": ["signed": ["token": "t"]]],
                    ], "state": .ids(room.events), "room_version": version,
                ]
            ),
            (
                "join.template",
                [
                    "room_id": .string("\(room.id)"), "user_id": "@dave:b", "room_versions": ["1", version],
                    "state": .ids(room.stateEvents), "events": .events(room.events), "authorised_via": "@alice:a",
                ]
            ),
            (
                "join.accept",
                [
                    "event": .event(join), "state": .ids(room.stateEvents), "room_version": version,
                    "keys": .signingKeys(of: ["a", "b"]), "rejected": ["$x"],
                ]
            ),
            (
                "invite.check",
                [
                    "event": .event(try room.membership("invite", of: .carol, by: .alice)), "invitee_server": "a",
                    "state": .array([.id(levels), .event(room.create), .stripped(room.events[2])]), "stage": "signed",
                    "events": .events(room.events + [levels]), "keys": .signingKeys(of: ["a"]),
                ]
            ),
            ("auth.rules", ["room_version": version]),
            ("events.put", ["room_version": version, "events": .events([join, levels]), "checks": ["hash"]]),
            ("events.put", ["events": .events(room.events.reversed() + [join])]),
            (
                "events.put",
                [
                    "room_version": version, "events": .events([join]),
                    "state_of": ["room_id": .string("\(room.id)"), "event_ids": .ids(room.stateEvents)],
                ]
            ),
            ("events.get", ["event_ids": .ids(room.events)]),
            ("room.replay", ["room_id": .string("\(room.id)"), "from": .id(levels), "limit": 2, "cursor": "AAAA"]),
            ("room.replay", ["room_id": .string("\(room.id)"), "limit": 3]),
        ]
        return (calls + moderationCalls(room, levels)).map {
            ["jsonrpc": "2.0", "id": 1, "method": .string($0), "params": $1]
        }
    }

    private func moderationCalls(_ room: TestRoom, _ levels: Event) -> [(String, TestJSON)] {
        let state: TestJSON = [
            "state": .array([.event(room.create)] + room.stateEvents.dropFirst().map { .id($0) }),
            "events": .events(room.events), "room_version": .string(room.version.rawValue),
            "room_id": .string("\(room.id)"),
        ]
        return [
            ("moderation.can", state.merging(["user_id": "@bob:b", "action": "set_power:50", "target": "@dave:b"])),
            ("moderation.who", state.merging(["action": "state:m.room.topic", "limit": 2, "cursor": "@a:a"])),
            ("moderation.whence", state.merging(["user_id": "@alice:a"])),
            ("moderation.what_if", state.merging(["event": .event(levels), "users": ["@bob:b"]])),
            (
                "moderation.what_if",
                state.merging(["event": ["type": "m.room.topic", "sender": "@bob:b", "content": [:]]])
            ),
        ]
    }
}
