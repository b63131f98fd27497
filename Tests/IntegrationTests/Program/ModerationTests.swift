import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `moderation.*` on a server with a database.
struct ModerationTests {
    @Test
    func `questions about a stored room's state are answered from the database`() async throws {
        let stored = try await JoinableRoom()
        let room = stored.room
        let state = TestJSON.ids(Array(room.state.values))
        let server = try await stored.serve()
        let client = try server.connect()
        let can = try await client.result(
            "moderation.can",
            ["user_id": "@bob:b", "action": "state:m.room.topic", "state": state]
        )
        #expect(can["can"]?.bool == false)
        #expect(can["rule"]?.text == UTF8Text("sender.not_joined"))
        #expect(can["nearest"]?.object?["changes"]?.array?.count == 2)
        let who = try await client.result("moderation.who", ["action": "ban", "state": state])
        #expect(who["users"]?.source.elementsEqual(#"["@alice:a"]"#.utf8) == true)
        let whence = try await client.result("moderation.whence", ["user_id": "@alice:a", "state": state])
        #expect(whence["chain"]?.array?.count == 1)
        let leave = try room.membership("leave", of: .alice)
        let whatIf = try await client.result("moderation.what_if", ["event": .event(leave), "state": state])
        #expect(whatIf["allowed"]?.bool == true)
        #expect(whatIf["anybody_left"]?.bool == false)
    }

    @Test
    func `power is followed through a database that has the power levels that there were`() async throws {
        let stored = try await JoinableRoom()
        var room = stored.room
        try room.join(.bob)
        for level in [10, 50, 50, 20] as [Int64] {
            try room.setPowerLevels([
                "users": room.levels([.alice: 100, .bob: TestJSON(integerLiteral: level)]),
                "ban": TestJSON(integerLiteral: Int64(room.events.count)),
            ])
        }
        try await stored.store(room.events)
        let server = try await stored.serve()
        let client = try server.connect()
        let params: TestJSON = ["user_id": "@bob:b", "state": .ids(Array(room.state.values))]
        let chain = try await client.result("moderation.whence", params).items("chain").compactMap(\.object)
        #expect(chain.compactMap { $0["level"]?.number?.int64 } == [20, 100])
        #expect(chain.first?["before"]?.number?.int64 == 50)
    }
}
