import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

struct EventsPutTests {
    @Test(arguments: RoomVersion.allCases)
    func `events are stored with their verdicts, in whatever order they come`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        for events in [room.events, room.events.reversed(), room.events.shuffled()] {
            let service = TestedService()
            let results = try await service.put(events, of: version)
            #expect(results.map { $0.string("event_id") } == events.map(\.id.description))
            #expect(results.allSatisfy { $0.string("stored") == "new" && $0.string("verdict") == "allow" })
        }
    }

    @Test
    func `each event's verdict comes with the rule that decided it`() async throws {
        let room = try TestRoom.furnished(.v11)
        let results = try await TestedService().put(room.events, of: .v11)
        let rules = results.map { $0.string("rule") }
        #expect(rules == ["create.allow", "member.join.creator", "power_levels.first", "allow.default"])
    }

    @Test
    func `what is stored already is known, and keeps its verdict`() async throws {
        var room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        try room.join(.bob)
        let results = try await service.put(room.events + [room.create], of: .v11)
        #expect(results.map { $0.string("stored") } == ["known", "known", "known", "known", "new", "known"])
        #expect(results.map { $0.string("rule") }.last == "create.allow")
    }

    @Test
    func `an event that stands twice in a request is new once`() async throws {
        let create = try TestRoom(version: .v11).create
        let results = try await TestedService().put([create, create], of: .v11)
        #expect(results.map { $0.string("stored") } == ["new", "known"])
    }

    @Test(arguments: RoomVersion.specified)
    func `a denied event is stored as rejected, and so is what cites it`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("invite")
        let join = try room.join(.bob)
        let message = try room.event("m.room.message", by: .bob)
        let together = try await TestedService().put((room.events + [message]).reversed(), of: version)
        #expect(together.prefix(2).map { $0.string("rule") } == ["auth_events.rejected", "member.join.forbidden"])

        let service = try await TestedService.storing(room)
        let results = try await service.put([message], of: version)
        #expect(results.first?.string("verdict") == "deny")
        #expect(results.first?.string("rule") == "auth_events.rejected")
        let again = try await service.put([join], of: version)
        #expect(again.first?.string("stored") == "known")
        #expect(again.first?.string("verdict") == "deny")
    }

    @Test(arguments: [1, 3])
    func `of a request with a malformed event nothing is stored`(position: Int) async throws {
        let room = try TestRoom.furnished(.v11)
        var events = room.events.map { TestJSON.event($0) }
        events[position] = events[position].setting("depth", to: "deep")
        let service = TestedService()
        let error = try await service.call("events.put", ["room_version": "11", "events": .array(events)]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/events/\(position)/depth")
        #expect(service.store.saveCount == 0)
    }

    @Test
    func `an event's format is not checked where that is not asked for`() async throws {
        let room = try TestRoom.furnished(.v11)
        var template = try room.template("m.room.message", by: .alice)
        template.depth = "deep"
        let params: TestJSON = [
            "room_version": "11", "events": .events(room.events + [try template.event()]), "checks": [],
        ]
        let results = try await TestedService().call("events.put", params).result().objects("results")
        #expect(results?.last?.string("verdict") == "allow")
    }

    @Test(arguments: RoomVersion.allCases)
    func `where events are missing all of them are named, and nothing is stored`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        let sent = [room.create] + room.events.suffix(1) + [try room.event("m.room.message", by: .alice)]
        let service = TestedService()
        let params: TestJSON = ["room_version": "\(version)", "events": .events(sent)]
        let error = try await service.call("events.put", params).error()
        #expect(error.reason == "events_missing")
        let absent = Set(sent.flatMap(\.authEvents)).subtracting(sent.map(\.id))
        #expect(Set(error.missing ?? []) == Set(absent.map(\.description)))
        #expect(error.missing?.count == absent.count)
        #expect(service.store.saveCount == 0)
    }

    @Test
    func `since v12 the create event that the room id names is needed too`() async throws {
        let room = try TestRoom.furnished(.v12)
        let params: TestJSON = ["room_version": "12", "events": .events(Array(room.events.dropFirst()))]
        let error = try await TestedService().call("events.put", params).error()
        #expect(error.missing == [room.create.id.description])
    }

    @Test
    func `a room id that can be no hash is a denial, and not a missing event`() async throws {
        var template = EventTemplate("m.room.message", by: .alice, in: "!room:a", roomVersion: .v12)
        template.depth = 2
        let results = try await TestedService().put([try template.event()], of: .v12)
        #expect(results.first?.string("rule") == "room.create_unknown")
    }

    @Test(arguments: RoomVersion.specified)
    func `an event whose content does not match its hash is stored redacted`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        var template = try room.template(.powerLevels, by: .alice, stateKey: "", content: ["historical": 1, "ban": 40])
        template.claimedHash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        let event = try template.event()
        let service = TestedService()
        let params: TestJSON = [
            "room_version": "\(version)", "events": .events(room.events + [event]), "checks": ["format", "hash"],
        ]
        _ = try await service.call("events.put", params).result()
        let get = try await service.call("events.get", ["event_ids": [.id(event)]]).result()
        let content = get.objects("events")?.first?["content"]?.object
        #expect(content?["historical"] == nil)
        #expect(content?["ban"]?.number?.int64 == 40)
    }

    @Test(arguments: RoomVersion.specified)
    func `the room version may be left out where the create event is sent or stored`(version: RoomVersion) async throws
    {
        let room = try TestRoom.furnished(version)
        let service = TestedService()
        for events in [Array(room.events.prefix(2)), Array(room.events.dropFirst(2))] {
            let results = try await service.call("events.put", ["events": .events(events)]).result().objects("results")
            #expect(results?.allSatisfy { $0.string("verdict") == "allow" } == true)
        }
    }

    @Test(arguments: [true, false])
    func `events are not stored under a room version that is not their room's`(isCreateStored: Bool) async throws {
        let room = try TestRoom.furnished(.v10)
        let service = isCreateStored ? try await TestedService.storing(room) : TestedService()
        let events = isCreateStored ? [try room.membership("join", of: .bob)] : room.events
        let error = try await service.call("events.put", ["room_version": "9", "events": .events(events)]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/room_version")
        #expect(service.store.saveCount == 0)
    }

    @Test
    func `a create event of a room version that nobody knows is stored as denied`() async throws {
        let create = try EventTemplate.create(.v11, content: ["room_version": "org.example.unknown"]).event()
        let results = try await TestedService().put([create], of: .v11)
        #expect(results.first?.string("rule") == "create.room_version_unknown")
    }

    @Test
    func `no events are stored as none`() async throws {
        let params: TestJSON = ["room_version": "11", "events": []]
        let result = try await TestedService().call("events.put", params).result()
        #expect(result.objects("results")?.isEmpty == true)
    }
}
