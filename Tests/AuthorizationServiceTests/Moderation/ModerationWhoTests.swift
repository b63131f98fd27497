import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `moderation.who`: who in the room may do that?
struct ModerationWhoTests {
    @Test(arguments: RoomVersion.allCases)
    func `those who may are listed, and no others`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let service = try await TestedService.storing(room)
        #expect(try await who("kick", in: room, service).strings("users") == ["@alice:a", "@bob:b", "@dave:d"])
        #expect(try await who("state:m.room.topic", in: room, service).strings("users")?.count == 3)
        #expect(try await who("send:m.room.message", in: room, service).strings("users")?.count == 4)
        #expect(try await who("set_power:100", in: room, service).strings("users") == ["@alice:a"])
        // Who kicks themselves leaves.
        let kicks = try await who("kick", in: room, service, ["target": "@bob:b"]).strings("users")
        #expect(kicks == ["@alice:a", "@bob:b"] + (version == .draft2014 ? ["@dave:d"] : []))
    }

    @Test(arguments: RoomVersion.allCases)
    func `pages put together are the whole`(version: RoomVersion) async throws {
        var room = try moderatedRoom(version)
        for number in 0..<9 { try room.join(UserID(stringLiteral: "@user\(number):u")) }
        let service = try await TestedService.storing(room)
        let whole = try await who("send:m.room.message", in: room, service)
        #expect(whole["cursor"]?.isNull == true)
        var pages: [String] = []
        var cursor: TestJSON = nil
        var count = 0
        repeat {
            let page = try await who("send:m.room.message", in: room, service, ["limit": 4, "cursor": cursor])
            pages += try #require(page.strings("users"))
            cursor = page.string("cursor").map { .string($0) } ?? nil
            count += 1
            if page["cursor"]?.isNull == true { break }
        } while count < 10
        #expect(pages == whole.strings("users"))
        #expect(pages.count == 13)
        #expect(count == 4)
    }

    @Test
    func `each user listed may, and each other one may not`() async throws {
        var room = try moderatedRoom(.v11)
        try room.ban("@mallory:m")
        try room.invite("@erin:e")
        let service = try await TestedService.storing(room)
        let users = ["@alice:a", "@bob:b", "@carol:a", "@dave:d", "@erin:e", "@mallory:m"]
        for action in ["join", "kick", "ban", "unban", "invite", "redact", "send:m.room.message", "knock"] {
            let listed = try #require(try await who(action, in: room, service).strings("users"))
            for user in users {
                let params: TestJSON = [
                    "user_id": .string(user), "action": .string(action), "state": .ids(room.stateEvents),
                ]
                let can = try await service.call("moderation.can", params).result()["can"]?.bool
                #expect(can == listed.contains(user), "\(user) \(action)")
            }
        }
    }

    private func who(
        _ action: String,
        in room: TestRoom,
        _ service: TestedService,
        _ more: TestJSON = [:]
    ) async throws -> JSONObject {
        let params: TestJSON = ["action": .string(action), "state": .ids(room.stateEvents)]
        return try await service.call("moderation.who", params.merging(more)).result()
    }
}
