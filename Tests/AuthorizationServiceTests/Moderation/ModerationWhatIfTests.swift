import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `moderation.what_if`: what would this event do to the room?
struct ModerationWhatIfTests {
    @Test(arguments: RoomVersion.allCases)
    func `who is demoted loses what the level gave, and nobody else loses anything`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let users = room.levels([.alice: 100, "@dave:d": 50])
        let event = try room.event(.powerLevels, by: .alice, stateKey: "", content: ["users": users])
        let answer = try await whatIf(.event(event), in: room)
        #expect(answer["allowed"]?.bool == true)
        #expect(answer.objects("gains")?.isEmpty == true)
        let losses = try #require(answer.objects("losses"))
        #expect(losses.map { $0.string("user_id") } == ["@bob:b"])
        let lost = try #require(losses.first?.strings("abilities"))
        #expect(Set(["kick", "ban", "unban", "redact", "state:m.room.name"]).isSubset(of: lost))
        #expect(!lost.contains("send:m.room.message"))
        #expect(answer["anybody_left"]?.bool == true)
    }

    @Test(arguments: RoomVersion.allCases)
    func `what a user gains and loses is what the actions are decided to be before and after`(
        version: RoomVersion
    ) async throws {
        var room = try moderatedRoom(version)
        try room.ban("@mallory:m")
        try room.invite("@erin:e")
        for event in try events(in: room) {
            let answer = try await whatIf(.event(event), in: room)
            var after = room
            after.add(event)
            for user in ["@alice:a", "@bob:b", "@carol:a", "@dave:d", "@erin:e", "@mallory:m"] {
                let (before, later) = (try await abilities(user, in: room), try await abilities(user, in: after))
                let comment: Comment = "\(user) after \(event.type) \(event.content.value.source)"
                #expect(named(user, answer, "gains") == later.subtracting(before), comment)
                #expect(named(user, answer, "losses") == before.subtracting(later), comment)
            }
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `a room that nobody could change any more is told of`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let template: TestJSON = [
            "type": "m.room.power_levels", "sender": "@alice:a", "state_key": "",
            "content": ["users": room.levels([.alice: 49]), "state_default": 50],
        ]
        let answer = try await whatIf(template, in: room)
        #expect(answer["allowed"]?.bool == true)
        // Since v12 a creator is above every level.
        #expect(answer["anybody_left"]?.bool == (version == .v12))
        #expect(answer["administrators"]?.object?.strings("before")?.contains("@alice:a") == true)
        #expect(answer["administrators"]?.object?.strings("after") == (version == .v12 ? ["@alice:a"] : []))
        let leaving = TestJSON.event(try room.membership("leave", of: .alice))
        let left = try await whatIf(leaving, in: room)
        #expect(left["administrators"]?.object?.strings("after") == ["@bob:b", "@dave:d"])
    }

    @Test(arguments: RoomVersion.specified)
    func `those out of a bot's reach are named`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let users = room.levels([.alice: 100, .bob: 50, "@dave:d": 50, .carol: 50])
        let event = try room.event(.powerLevels, by: .alice, stateKey: "", content: ["users": users])
        let answer = try await whatIf(.event(event), in: room, ["users": ["@bob:b", "@alice:a"]])
        let lost = answer.objects("out_of_reach")?.map {
            [$0.string("user_id"), $0.string("action"), $0.string("target")]
        }
        #expect(lost == [["@bob:b", "kick", "@carol:a"], ["@bob:b", "ban", "@carol:a"]])
    }

    @Test
    func `an event that is denied is told what would mend it, and what it would do`() async throws {
        let room = try moderatedRoom(.v11)
        let template: TestJSON = [
            "type": "m.room.member", "sender": "@carol:a", "state_key": "@bob:b", "content": ["membership": "ban"],
        ]
        let answer = try await whatIf(template, in: room)
        #expect(answer["allowed"]?.bool == false)
        #expect(answer.string("rule") == "member.ban.power")
        #expect(answer.text("nearest") == #"{"change":"sender_power","from":0,"to":51}"#)
        #expect(answer.objects("losses")?.map { $0.string("user_id") } == ["@bob:b"])
    }

    @Test(arguments: RoomVersion.allCases)
    func `what befalls a user who is called anybody befalls nobody else`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let anybody: UserID = "@anybody:example.invalid"
        let answer = try await whatIf(.event(try room.membership("ban", of: anybody, by: .bob)), in: room)
        #expect(answer.objects("losses")?.map { $0.string("user_id") } == [anybody.description])
        #expect(answer.objects("losses")?.first?.strings("abilities") == ["join"])
        #expect(answer.objects("gains")?.isEmpty == true)
        let users = room.levels([.alice: 100, .bob: 50, "@dave:d": 50, anybody: 100])
        let levels = try room.event(.powerLevels, by: .alice, stateKey: "", content: ["users": users])
        let raised = try await whatIf(.event(levels), in: room)
        #expect(raised.objects("losses")?.isEmpty == true)
    }

    @Test
    func `a message changes nothing`() async throws {
        let room = try moderatedRoom(.v11)
        let template: TestJSON = ["type": "m.room.message", "sender": "@carol:a", "content": [:]]
        let answer = try await whatIf(template, in: room, ["users": ["@bob:b"]])
        for key in ["gains", "losses", "out_of_reach"] as [StaticString] {
            #expect(answer.objects(key)?.isEmpty == true)
        }
    }

    @Test
    func `pages put together are the whole`() async throws {
        var room = try moderatedRoom(.v11)
        for number in 0..<9 { try room.join(UserID(stringLiteral: "@user\(number):u")) }
        let template: TestJSON = [
            "type": "m.room.power_levels", "sender": "@alice:a", "state_key": "",
            "content": ["users": room.levels([.alice: 100]), "events_default": 50],
        ]
        let whole = try await whatIf(template, in: room).objects("losses")?.map { $0.string("user_id") }
        var pages: [String?] = []
        var cursor: TestJSON = nil
        for _ in 0..<10 {
            let page = try await whatIf(template, in: room, ["limit": 5, "cursor": cursor])
            pages += page.objects("losses")?.map { $0.string("user_id") } ?? []
            guard let next = page.string("cursor") else { break }
            cursor = .string(next)
        }
        #expect(pages == whole)
        #expect(pages.count == 12)
    }

    @Test(
        arguments: [
            ([:], "/event/type"), (["type": "x"], "/event/sender"), (["type": "x", "sender": "bob"], "/event/sender"),
            (["type": "x", "sender": "@bob:b", "content": []], "/event/content"),
            (["type": "x", "sender": "@bob:b", "state_key": 1], "/event/state_key"),
            (["type": "x", "sender": "@bob:b", "auth_events": 1], "/event/content"),
        ] as [(TestJSON, String)]
    )
    func `what is no event is named`(event: TestJSON, path: String) async throws {
        let room = try moderatedRoom(.v11)
        let service = try await TestedService.storing(room)
        let params: TestJSON = ["event": event, "state": .ids(room.stateEvents)]
        #expect(try await service.call("moderation.what_if", params).error().path == path)
    }

    @Test
    func `an event of another room and too many bots are named`() async throws {
        let room = try moderatedRoom(.v11)
        let service = try await TestedService.storing(room)
        let other = TestJSON.event(try TestRoom.furnished(.v11, id: "other").events[1])
        let params: TestJSON = ["event": other, "state": .ids(room.stateEvents)]
        #expect(try await service.call("moderation.what_if", params).error().path == "/event/room_id")
        let bots = TestJSON.array((0..<21).map { .string("@bot\($0):b") })
        let crowd = params.setting("users", to: bots)
        #expect(try await service.call("moderation.what_if", crowd).error().path == "/users")
        let nobody = params.setting("users", to: ["@bob:b", "bob"])
        #expect(try await service.call("moderation.what_if", nobody).error().path == "/users/1")
    }

    private static let actions = [
        "join", "send:m.room.message", "invite", "kick", "ban", "unban", "redact", "third_party_invite",
        "state:m.room.name", "state:m.room.join_rules", "state:m.room.server_acl", "state:m.room.tombstone",
        "state:m.room.power_levels",
    ]

    /// Events of which each changes something for somebody.
    private func events(in room: TestRoom) throws -> [Event] {
        func levels(_ content: TestJSON) throws -> Event {
            try room.event(.powerLevels, by: .alice, stateKey: "", content: content)
        }
        return [
            try levels(["users": room.levels([.alice: 100, .carol: 60]), "invite": 20]),
            try levels(["users": [:], "users_default": 50, "events": ["m.room.name": 90], "redact": 0]),
            try room.membership("ban", of: .bob, by: .alice), try room.membership("leave", of: "@mallory:m", by: .bob),
            try room.membership("join", of: "@erin:e"), try room.membership("leave", of: .carol),
            try room.event(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "invite"]),
            try room.event("m.room.name", by: .alice, stateKey: "", content: ["name": "x"]),
        ]
    }

    private func abilities(_ user: String, in room: TestRoom) async throws -> Set<String> {
        let service = TestedService(remakesDecisions: false)
        var can: Set<String> = []
        for action in Self.actions {
            let params: TestJSON = [
                "user_id": .string(user), "action": .string(action), "state": .events(room.stateEvents),
                "room_version": .string("\(room.version)"),
            ]
            let answer = try await service.call("moderation.can", params).result()
            if answer["can"]?.bool == true { can.insert(action) }
        }
        return can
    }

    private func named(_ user: String, _ answer: JSONObject, _ key: StaticString) -> Set<String> {
        Set(answer.objects(key)?.first { $0.string("user_id") == user }?.strings("abilities") ?? [])
    }

    private func whatIf(_ event: TestJSON, in room: TestRoom, _ more: TestJSON = [:]) async throws -> JSONObject {
        let params: TestJSON = [
            "event": event, "state": .events(room.stateEvents), "room_version": .string("\(room.version)"),
        ]
        return try await TestedService(remakesDecisions: false).call("moderation.what_if", params.merging(more))
            .result()
    }
}
