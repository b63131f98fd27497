import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Moderators' questions about rooms of a Synapse, put to its own database.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct SynapseModerationTests {
    private static let restored = Task { try await HomeserverDatabase.restoredSynapse() }

    @Test
    func `every room's moderators are known, and where their power comes from`() async throws {
        let database = try await Self.restored.value
        let rooms = try await database.texts("SELECT DISTINCT room_id FROM current_state_events")
        #expect(rooms.count > 50)
        let server = try await RunningEventauth(database.arguments, environment: [:])
        let client = try server.connect()
        var moderators = 0
        for room in rooms {
            let params: TestJSON = ["room_id": .string(room), "action": "kick"]
            let who = try await client.result("moderation.who", params)
            #expect(who["state"]?.object?["room_id"]?.text?.string == room)
            for user in who.items("users").compactMap(\.text).prefix(2) {
                let user: TestJSON = .string(user.string)
                let can = try await client.result("moderation.can", params.setting("user_id", to: user))
                #expect(can["can"]?.bool == true)
                let whence = try await client.result(
                    "moderation.whence",
                    ["room_id": .string(room), "user_id": user]
                )
                let last = whence.items("chain").last?.object
                #expect(last?["type"]?.text == UTF8Text("m.room.create"))
                moderators += 1
            }
        }
        #expect(moderators > 50)
    }

    @Test
    func `the commands ask the same database`() async throws {
        let database = try await Self.restored.value
        let room = try #require(try await database.texts("SELECT min(room_id) FROM current_state_events").first)
        let who = try await Eventauth.run(["who", "join", "--room", room] + database.arguments)
        #expect(who.status == 0, "\(who.errors)")
        let user = try #require(who.text.split(separator: "\n").first)
        let can = try await Eventauth.run(["can", String(user), "join", "--room", room] + database.arguments)
        #expect(can.status == 0, "\(can.errors)")
        #expect(can.text.contains("state events of \(room), digest "))
        let nowhere = try await Eventauth.run(["who", "join", "--room", "!nowhere:a"] + database.arguments)
        #expect(nowhere.status == 2)
    }
}
