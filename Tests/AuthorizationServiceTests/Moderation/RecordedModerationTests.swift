import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Answers for rooms of real homeservers, held against what is decided of the very event that each action would be.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RecordedModerationTests {
    /// A room, and the state that its own homeserver had of it in the end.
    private struct Recording {
        let room: TestRoom
        let events: [Event]
    }

    private static let recordings = Result {
        let rooms = Dictionary(uniqueKeysWithValues: try RecordedRoom.load("rooms-dev.jsonl.gz").map { ($0.name, $0) })
        return try SharedData.objects(in: "rooms/room-states.jsonl.gz").compactMap { line -> Recording? in
            let name = "\(line.string("room_id") ?? "") at \(line.string("view") ?? "")"
            guard let recorded = rooms[name] else { return nil }
            let ids = line["state"]?.array?.compactMap { entry in
                entry.array?.dropFirst(2).first { _ in true }?.text.map { EventID($0) }
            }
            let events = ids?.compactMap { recorded.event($0) } ?? []
            guard let create = events.first(where: \.isCreate), events.count == ids?.count else { return nil }
            var room = TestRoom(create)
            for event in events where !event.isCreate { room.add(event) }
            return Recording(room: room, events: events)
        }
    }

    private static let actions = [
        "join", "knock", "invite", "kick", "ban", "unban", "redact", "third_party_invite", "send:m.room.message",
        "send:m.reaction", "state:m.room.topic", "state:m.room.power_levels", "state:m.room.server_acl",
        "set_power:0", "set_power:50", "set_power:100", "set_power:-1",
    ]

    @Test(arguments: RoomVersion.specified)
    func `who may do what is what is decided of the event outright`(version: RoomVersion) async throws {
        let recordings = try Self.recordings.get().filter { $0.room.version == version && $0.room.state.count < 100 }
        #expect(recordings.count > 3)
        var compared = 0
        for recording in recordings {
            let service = TestedService(remakesDecisions: false)
            let room = recording.room
            try await service.store.events.save(recording.events)
            try await service.store.saveState(recording.events.map(\.id), of: room.id)
            let users = users(of: room, limit: 5) + [UserID.alice]
            for (index, user) in users.enumerated() {
                let target = users[(index + 1) % users.count]
                for action in Self.actions {
                    let params: TestJSON = [
                        "user_id": .string("\(user)"), "action": .string(action), "target": .string("\(target)"),
                        "room_id": .string("\(room.id)"),
                    ]
                    let answer = try await service.call("moderation.can", params).result()
                    let decision = room.decideInState(try event(action, by: user, target, in: room))
                    let comment: Comment = "\(user) \(action) \(target) in \(room.id): \(decision.reason)"
                    compared += 1
                    if action == "redact", answer.string("rule") == "redaction.denied", decision.verdict == .allow {
                        // Since v3 the rules let everybody's redactions pass, and servers leave those undone.
                        #expect(target.serverName != user.serverName && answer["can"]?.bool == false, comment)
                        continue
                    }
                    #expect(answer["can"]?.bool == (decision.verdict == .allow), comment)
                    #expect(answer.string("rule") == decision.rule.rawValue, comment)
                }
            }
        }
        #expect(compared > 500)
    }

    /// Abilities that are about nobody.
    private static let abilities = [
        "join", "send:m.room.message", "third_party_invite", "state:m.room.name", "state:m.room.join_rules",
        "state:m.room.server_acl", "state:m.room.tombstone", "state:m.room.power_levels",
    ]

    @Test(arguments: RoomVersion.specified)
    func `what an event does to a room is what is decided outright before and after it`(
        version: RoomVersion
    ) async throws {
        let recordings = try Self.recordings.get().filter { $0.room.version == version && $0.room.state.count < 100 }
        var changes = 0
        for recording in recordings.prefix(8) {
            let room = recording.room
            let service = TestedService(remakesDecisions: false)
            try await service.store.events.save(recording.events)
            for event in try proposals(in: room) {
                let params: TestJSON = ["event": .event(event), "state": .ids(recording.events), "limit": 1_000]
                let answer = try await service.call("moderation.what_if", params).result()
                #expect(answer["allowed"]?.bool == (room.decideInState(event).verdict == .allow))
                var after = room
                after.add(event)
                for user in users(of: room, limit: 4) {
                    let before = try abilities(of: user, in: room)
                    let later = try abilities(of: user, in: after)
                    let comment: Comment = "\(user) in \(room.id)"
                    #expect(named(user, answer, "gains") == later.subtracting(before), comment)
                    #expect(named(user, answer, "losses") == before.subtracting(later), comment)
                    changes += later.symmetricDifference(before).count
                }
            }
        }
        #expect(changes > 20)
    }

    /// Power levels that ask more of everybody and name nobody, the ban of a member, and a room by invitation.
    private func proposals(in room: TestRoom) throws -> [Event] {
        let creator = room.create.sender
        let strict = levels(in: room).merging(["users": [:], "events_default": 10, "state_default": 10])
        let banned = users(of: room, limit: 2).last ?? creator
        return [
            try room.event(.powerLevels, by: creator, stateKey: "", content: strict),
            try room.membership("ban", of: banned, by: creator),
            try room.event(.joinRules, by: creator, stateKey: "", content: ["join_rule": "invite"]),
        ]
    }

    private func abilities(of user: UserID, in room: TestRoom) throws -> Set<String> {
        Set(
            try Self.abilities.filter {
                room.decideInState(try event($0, by: user, nil, in: room)).verdict == .allow
            }
        )
    }

    private func named(_ user: UserID, _ answer: JSONObject, _ key: StaticString) -> Set<String> {
        let entry = answer.objects(key)?.first { $0.string("user_id") == user.description }
        return Set(entry?.strings("abilities") ?? []).intersection(Self.abilities)
    }

    private func users(of room: TestRoom, limit: Int) -> [UserID] {
        let members = room.state.keys.filter { $0.type == .member }.compactMap { UserID($0.key) }
        return Array(members.sorted { $0.text < $1.text }.prefix(limit))
    }

    /// The event that the action is, made and signed as a homeserver would.
    private func event(_ action: String, by user: UserID, _ target: UserID?, in room: TestRoom) throws -> Event {
        let stateKey = target?.description ?? ""
        let target = target ?? user
        let parts = action.split(separator: ":", maxSplits: 1).map { String($0) }
        switch parts[0] {
        case "join", "knock": return try room.membership(action, of: user)
        case "invite", "ban": return try room.membership(action, of: target, by: user)
        case "kick", "unban": return try room.membership("leave", of: target, by: user)
        case "third_party_invite": return try room.event(.thirdPartyInvite, by: user, stateKey: "token")
        case "redact":
            var template = try room.template(.redaction, by: user)
            template.extraKeys["redacts"] = .string("$redacted:\(target.serverName)")
            return try template.event()
        case "send": return try room.event(EventType(UTF8Text(parts[1])), by: user)
        case "state" where parts[1] == "m.room.power_levels":
            return try room.event(.powerLevels, by: user, stateKey: stateKey, content: levels(in: room))
        case "state": return try room.event(EventType(UTF8Text(parts[1])), by: user, stateKey: stateKey)
        default:
            let content = levels(in: room)
            let users = room[.powerLevels]?.content["users"]?.object?.map { ($0.key.string, TestJSON($0.value)) } ?? []
            let changed = TestJSON.object(users).setting("\(target)", to: .raw(parts[1]))
            return try room.event(.powerLevels, by: user, stateKey: "", content: content.setting("users", to: changed))
        }
    }

    private func levels(in room: TestRoom) -> TestJSON {
        .object(room[.powerLevels]?.content.map { ($0.key.string, TestJSON($0.value)) } ?? [])
    }
}
