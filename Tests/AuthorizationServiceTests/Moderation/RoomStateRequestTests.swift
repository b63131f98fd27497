import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// How `moderation.*` takes the state of a room.
struct RoomStateRequestTests {
    @Test(arguments: RoomVersion.allCases)
    func `ids, PDUs and the store's word of the room make one answer`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let service = try await TestedService.storing(room)
        let roomID = TestJSON.string("\(room.id)")
        let byIDs = try await ask(service, ["state": .ids(room.stateEvents)])
        #expect(try byIDs.result()["can"]?.bool == true)
        // The draft's create event names no version.
        let named: TestJSON = version == .draft2014 ? ["room_version": "draft-2014"] : [:]
        let pdus = named.merging(["state": .events(room.stateEvents)])
        #expect(try await ask(service, pdus).text == byIDs.text)
        #expect(try await ask(TestedService(), pdus).text == byIDs.text)
        let brought: TestJSON = [
            "state": .ids(room.stateEvents), "events": .events(room.events), "room_version": .string("\(version)"),
        ]
        #expect(try await ask(TestedService(), brought).text == byIDs.text)
        try await service.store.saveState(room.stateEvents.map(\.id), of: room.id)
        #expect(try await ask(service, ["room_id": roomID]).text == byIDs.text)
    }

    @Test(arguments: RoomVersion.allCases)
    func `an answer names the state it was made from`(version: RoomVersion) async throws {
        let room = try moderatedRoom(version)
        let service = try await TestedService.storing(room)
        let state = try await ask(service, ["state": .ids(room.stateEvents)]).result()["state"]?.object
        #expect(state?.string("room_id") == "\(room.id)")
        #expect(state?.string("room_version") == "\(version)")
        #expect(state?["events"]?.number?.int64 == Int64(room.stateEvents.count))
        let lines = room.stateEvents.map(\.id.text).sorted().flatMap { $0.bytes + [10] }
        let digest = Base64.encode(Hash256(hashing: lines).bytes, alphabet: .urlSafe)
        #expect(state?.string("digest") == String(decoding: digest, as: UTF8.self))
        let shuffled = try await ask(service, ["state": .ids(room.stateEvents.reversed())]).result()["state"]?.object
        #expect(shuffled?.string("digest") == state?.string("digest"))
    }

    @Test
    func `a room of which the store knows no state is the caller's to describe`() async throws {
        let room = try moderatedRoom(.v11)
        let service = try await TestedService.storing(room)
        let error = try await ask(service, ["room_id": .string("\(room.id)")]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/room_id")
        for params in [[:], ["state": []]] as [TestJSON] {
            #expect(try await ask(service, params).error().path == "/state")
        }
        #expect(try await ask(service, ["room_id": "room"]).error().path == "/room_id")
    }

    @Test
    func `what is no state of one room is named`() async throws {
        var room = try moderatedRoom(.v11)
        let message = try room.send("m.room.message", by: .alice)
        let other = try TestRoom.furnished(.v11, id: "other")
        let service = try await TestedService.storing(room, other)
        let state = room.stateEvents
        let wrong: [(events: [Event], path: String)] = [
            (state + [other.create], "/state/\(state.count)"), (state + [message], "/state/\(state.count)"),
            (state + [state[0]], "/state/\(state.count)"), (state.filter { !$0.isCreate }, "/state"),
        ]
        for (events, path) in wrong {
            let error = try await ask(service, ["state": .ids(events)]).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == path)
        }
        let missing = TestJSON.array(state.map { .id($0) } + ["$nobody"])
        #expect(try await ask(service, ["state": missing]).error().missing == ["$nobody"])
    }

    @Test(arguments: [
        ("user_id", "bob", "/user_id"), ("target", "bob", "/target"), ("action", "", "/action"),
        ("action", "fly", "/action"), ("action", "send:", "/action"), ("action", "set_power:x", "/action"),
        ("action", "set_power:9007199254740992", "/action"), ("action", "state:m.room.member", "/action"),
        ("action", "send:m.room.create", "/action"), ("room_version", "10", "/state/0"),
    ])
    func `a parameter that is not what it must be is named`(name: String, value: String, path: String) async throws {
        let room = try moderatedRoom(.v11)
        let service = try await TestedService.storing(room)
        let params: TestJSON = ["state": .ids(room.stateEvents), name: .string(value)]
        let error = try await ask(service, params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == path)
    }

    @Test
    func `a state of more events than any room has is too large`() async throws {
        let ids = TestJSON.array([TestJSON](repeating: "$a", count: 500_001))
        let error = try await ask(TestedService(), ["state": ids, "room_version": "11"]).error()
        #expect(error.reason == "too_large")
        #expect(error.data?["limit"]?.number?.int64 == 500_000)
    }

    @Test
    func `a store that is away is no answer`() async throws {
        let room = try moderatedRoom(.v11)
        let service = try await TestedService.storing(room)
        service.store.mood = .failing(.unavailable("away"))
        let error = try await ask(service, ["room_id": .string("\(room.id)")]).error()
        #expect(error.reason == "store_unavailable")
    }

    private func ask(_ service: TestedService, _ more: TestJSON) async throws -> CallReply {
        let params: TestJSON = ["user_id": "@bob:b", "action": "kick"]
        return try await service.call("moderation.can", params.merging(more))
    }
}
