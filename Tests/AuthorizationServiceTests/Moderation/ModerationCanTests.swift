import CanonicalJSON
import EventAuthorization
import EventTestSupport
import JSONRPC
import MatrixEvents
import Testing

/// `moderation.can`: may this user do that in the room?
struct ModerationCanTests {
    @Test(arguments: RoomVersion.allCases)
    func `a member may write, and needs power for the topic`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let isDraft = version == .draft2014
        let write = try await can("@carol:a", "send:m.room.message", in: room)
        #expect(write["can"]?.bool == true)
        #expect(write.string("rule") == (isDraft ? "draft.allow" : "allow.default"))
        #expect(write["nearest"]?.isNull == true)
        let topic = try await can("@carol:a", "state:m.room.topic", in: room)
        #expect(topic["can"]?.bool == false)
        #expect(topic.string("rule") == (isDraft ? "draft.other.power" : "power.required_level"))
        #expect(topic.strings("decided_by")?.contains(try #require(room[.powerLevels]).id.description) == true)
        #expect(topic.text("nearest") == #"{"change":"sender_power","from":0,"to":50}"#)
    }

    @Test(arguments: RoomVersion.specified)
    func `a moderator kicks and bans those below, and nobody of the same power`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        for action in ["kick", "ban"] {
            #expect(try await can("@bob:b", action, "@carol:a", in: room)["can"]?.bool == true)
            #expect(try await can("@bob:b", action, "@dave:d", in: room)["can"]?.bool == false)
            #expect(try await can("@bob:b", action, in: room)["can"]?.bool == true)
            #expect(try await can("@carol:a", action, in: room)["can"]?.bool == false)
        }
        let equal = try await can("@bob:b", "kick", "@dave:d", in: room)
        #expect(equal.text("nearest") == #"{"change":"sender_power","from":50,"to":51}"#)
    }

    @Test(arguments: RoomVersion.allCases)
    func `who is banned joins when the ban is lifted`(version: RoomVersion) async throws {
        var room = try moderatedRoom(version)
        try room.ban("@mallory:m")
        let join = try await can("@mallory:m", "join", in: room)
        #expect(join["can"]?.bool == false)
        let lifted = #"{"change":"membership","user":"@mallory:m","from":"ban","to":"leave"}"#
        #expect(join.text("nearest") == lifted)
        #expect(try await can("@bob:b", "unban", "@mallory:m", in: room)["can"]?.bool == true)
        #expect(try await can("@carol:a", "unban", "@mallory:m", in: room)["can"]?.bool == false)
        #expect(try await can("@carol:a", "unban", in: room)["can"]?.bool == false)
    }

    @Test(arguments: RoomVersion.allCases)
    func `nobody gives more power than they have`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version, ["events": ["m.room.power_levels": 50]])
        #expect(try await can("@bob:b", "set_power:50", "@carol:a", in: room)["can"]?.bool == true)
        #expect(try await can("@bob:b", "set_power:51", "@carol:a", in: room)["can"]?.bool == false)
        let own = try await can("@bob:b", "set_power:60", "@bob:b", in: room)
        #expect(own.text("nearest") == #"{"change":"sender_power","from":50,"to":60}"#)
    }

    @Test(arguments: RoomVersion.allCases)
    func `redacting what others sent needs the redact level`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        #expect(try await can("@bob:b", "redact", in: room)["can"]?.bool == true)
        let member = try await can("@carol:a", "redact", "@bob:b", in: room)
        #expect(member["can"]?.bool == false)
        #expect(member.text("nearest") == #"{"change":"sender_power","from":0,"to":50}"#)
        // The draft knows no such exception.
        let ownServer = try await can("@carol:a", "redact", "@alice:a", in: room)
        #expect(ownServer["can"]?.bool == (version != .draft2014))
    }

    @Test(arguments: RoomVersion.allCases)
    func `knocks, invites and third-party invites are decided as their events`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version, ["invite": 50])
        let isDraft = version == .draft2014
        #expect(try await can("@erin:e", "knock", in: room)["can"]?.bool == false)
        #expect(try await can("@erin:e", "join", in: room)["can"]?.bool == true)
        #expect(try await can("@bob:b", "invite", "@erin:e", in: room)["can"]?.bool == true)
        #expect(try await can("@bob:b", "invite", "@carol:a", in: room)["can"]?.bool == false)
        #expect(try await can("@carol:a", "invite", in: room)["can"]?.bool == isDraft)
        #expect(try await can("@carol:a", "third_party_invite", in: room)["can"]?.bool == false)
        var knocking = room
        try knocking.setJoinRule("knock")
        let knocks = AuthorizationRules(version).allowsKnocking
        #expect(try await can("@erin:e", "knock", in: knocking)["can"]?.bool == knocks)
    }

    @Test(arguments: RoomVersion.allCases)
    func `in a room just made nobody but the creator does anything`(version: RoomVersion) async throws {
        let room = try TestRoom(version: version)
        #expect(try await can("@alice:a", "join", in: room)["can"]?.bool == true)
        #expect(try await can("@bob:b", "join", in: room)["can"]?.bool == false)
        #expect(try await can("@alice:a", "state:m.room.power_levels", in: room)["can"]?.bool == false)
    }

    @Test(arguments: RoomVersion.allCases)
    func `anybody is nobody whom the state names, whatever their id`(version: RoomVersion) async throws {
        let anybody: UserID = "@anybody:example.invalid"
        var banned = try moderatedRoom(version)
        try banned.ban(anybody, by: .bob)
        try banned.ban("@anybody1:example.invalid", by: .bob)
        var listed = try moderatedRoom(version)
        let users = listed.levels([.alice: 100, .bob: 50, anybody: 100])
        try listed.setPowerLevels(["users": users])
        for room in [banned, listed] {
            for action in ["invite", "kick", "ban", "unban", "redact"] {
                #expect(try await can("@bob:b", action, in: room)["can"]?.bool == true, "\(action)")
                #expect(try await can("@carol:a", "kick", in: room)["can"]?.bool == false)
            }
        }
        // Nor is it who acts: whoever is no member kicks nobody, themselves included.
        let room = try moderatedRoom(version)
        #expect(try await can("\(anybody)", "kick", in: room)["can"]?.bool == false)
    }

    @Test
    func `no target for a state event is no user's place, and until v5 aliases are the server's`() async throws {
        let room = try moderatedRoom(.v5)
        #expect(try await can("@carol:a", "state:m.room.aliases", in: room).string("rule") == "aliases.allow")
        let foreign = try await can("@alice:a", "state:org.example.status", "@bob:b", in: room)
        #expect(foreign.string("rule") == "state_key.foreign_user")
    }

    @Test
    func `the target of a state event is its key, any text`() async throws {
        let room = try moderatedRoom(.v5)
        #expect(try await can("@carol:a", "state:m.room.aliases", "a", in: room).string("rule") == "aliases.allow")
        let foreign = try await can("@bob:b", "state:m.room.aliases", "a", in: room)
        #expect(foreign.string("rule") == "aliases.domain_mismatch")
        let child = try await can("@bob:b", "state:m.space.child", "!child:b", in: room)
        #expect(child.string("rule") == "allow.default")
        let params: TestJSON = ["action": "state:m.room.aliases", "target": "a", "state": .ids(room.stateEvents)]
        let who = try await TestedService.storing(room).call("moderation.who", params).result()
        #expect(who.strings("users") == ["@alice:a", "@carol:a"])
    }

    @Test
    func `a state with a rejected event in it says so`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        let rejected = try room.setPowerLevels(["users": ["@bob:b": 100]], by: .bob)
        let answer = try await can("@bob:b", "kick", in: room)
        #expect(answer.string("rule") == "auth_events.rejected")
        #expect(answer.strings("decided_by") == [rejected.id.description])
    }

    @Test
    func `it is for moderators`() throws {
        let methods = TestedService().methods.filter { $0.name.description.hasPrefix("moderation.") }
        #expect(!methods.isEmpty && methods.allSatisfy { $0.role == .moderate })
    }

    private func can(
        _ user: String,
        _ action: String,
        _ target: String? = nil,
        in room: TestRoom
    ) async throws -> JSONObject {
        let params: TestJSON = [
            "user_id": .string(user), "action": .string(action), "target": target.map { .string($0) } ?? nil,
            "state": .ids(room.stateEvents),
        ]
        return try await TestedService.storing(room).call("moderation.can", params).result()
    }
}

extension JSONObject {
    /// What is under `key`, as it is written.
    func text(_ key: StaticString) -> String? {
        self[key].map { String(decoding: $0.source, as: UTF8.self) }
    }
}

/// A public room of Alice's, in which Bob and Dave have 50, and Carol nothing.
func moderatedRoom(_ version: RoomVersion, _ levels: TestJSON = [:]) throws -> TestRoom {
    var room = try TestRoom.furnished(version)
    for user in ["@bob:b", "@carol:a", "@dave:d"] as [UserID] { try room.join(user) }
    let users = room.levels([.alice: 100, .bob: 50, "@dave:d": 50])
    try room.setPowerLevels(levels.merging(["users": users]))
    return room
}
