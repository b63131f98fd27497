import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `moderation.whence`: where does this user's power come from?
struct ModerationWhenceTests {
    @Test(arguments: RoomVersion.allCases)
    func `power is followed from grant to grant back to the creation`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        for user in ["@bob:b", "@carol:a"] as [UserID] { try room.join(user) }
        let levels: [UserID: Event] = [
            .bob: try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 60])]),
            .carol: try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 60, .carol: 50])], by: .bob),
        ]
        // Nothing of whom is asked for changes here.
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 60, .carol: 50]), "ban": 60])
        let answer = try await whence("@carol:a", in: room)
        #expect(answer["level"]?.number?.int64 == 50)
        let chain = try #require(answer.objects("chain"))
        #expect(chain.map { $0.string("user_id") } == ["@carol:a", "@bob:b", "@alice:a"])
        #expect(chain.map { $0.text("before") } == ["0", "0", "null"])
        #expect(chain.prefix(2).map { $0.text("level") } == ["50", "60"])
        let ids = [try #require(levels[.carol]), try #require(levels[.bob]), room.create].map(\.id.description)
        #expect(chain.map { $0.string("event_id") } == ids)
        #expect(chain.map { $0.string("sender") } == ["@bob:b", "@alice:a", "@alice:a"])
        #expect(chain.last?.string("type") == "m.room.create")
        #expect(chain.last?.text("level") == (version == .v12 ? #""infinite""# : "100"))
        #expect(answer["state"]?.object?.string("room_id") == "\(room.id)")
    }

    @Test(arguments: RoomVersion.allCases)
    func `a creator's power is the creation's`(version: RoomVersion) async throws {
        let answer = try await whence("@alice:a", in: try moderatedRoom(version))
        let chain = try #require(answer.objects("chain"))
        #expect(chain.map { $0.string("type") } == ["m.room.create"])
        #expect(answer.text("level") == (version == .v12 ? #""infinite""# : "100"))
    }

    @Test
    func `the level of all who are not listed comes from who set it`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        let levels = try room.setPowerLevels(["users": room.levels([.alice: 100]), "users_default": 10])
        let chain = try #require(try await whence("@nobody:n", in: room).objects("chain"))
        #expect(chain.map { $0.string("event_id") } == [levels, room.create].map(\.id.description))
        #expect(chain.first?.text("level") == "10")
    }

    @Test
    func `a room without power levels has nothing to follow`() async throws {
        let room = try TestRoom(version: .v11)
        let chain = try #require(try await whence("@bob:b", in: room).objects("chain"))
        #expect(chain.map { $0.string("type") } == ["m.room.create"])
        #expect(chain.map { $0.text("level") } == ["0"])
    }

    @Test
    func `whose power was given, taken and given again got it the last time`() async throws {
        var room = try TestRoom.furnished(.v10)
        try room.join(.bob)
        var given: [Event] = []
        for level in [50, 0, 50] as [Int64] {
            let users = room.levels([.alice: 100, .bob: TestJSON(integerLiteral: level)])
            given.append(try room.setPowerLevels(["users": users]))
        }
        let chain = try #require(try await whence("@bob:b", in: room).objects("chain"))
        #expect(chain.map { $0.string("event_id") } == [given[2], room.create].map(\.id.description))
    }

    @Test
    func `a chain that ends too early is no answer`() async throws {
        let room = try moderatedRoom(.v11)
        let service = TestedService()
        let params: TestJSON = ["user_id": "@bob:b", "state": .events(room.stateEvents)]
        let error = try await service.call("moderation.whence", params).error()
        #expect(error.reason == "events_missing")
        #expect(error.missing == [try #require(room.events.first { $0.type == .powerLevels }).id.description])
        let brought = params.setting("events", to: .events(room.events))
        #expect(try await service.call("moderation.whence", brought).result().objects("chain")?.count == 2)
    }

    private func whence(_ user: String, in room: TestRoom) async throws -> JSONObject {
        let params: TestJSON = ["user_id": .string(user), "state": .ids(room.stateEvents)]
        return try await TestedService.storing(room).call("moderation.whence", params).result()
    }
}
