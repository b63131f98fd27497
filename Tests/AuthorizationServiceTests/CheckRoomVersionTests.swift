import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check`: which rule set decides.
struct CheckRoomVersionTests {
    @Test(arguments: RoomVersion.specified)
    func `the room version may be left out where the create event is brought along`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = ["event": .event(join), "events": .events(room.events)]
        let result = try await TestedService().check(params).result()
        #expect(result.string("room_version") == version.rawValue)
        #expect(result.string("rule") == "member.join.public")
    }

    @Test(arguments: RoomVersion.allCases)
    func `the room version may be left out where the room is stored`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let result = try await service.check(["event": .event(try room.membership("join", of: .bob))]).result()
        #expect(result.string("room_version") == version.rawValue)
    }

    @Test
    func `since v12 an event that cites nothing has its room version from its room's create event`() async throws {
        let room = try TestRoom.furnished(.v12)
        let service = try await TestedService.storing(room)
        let message = try room.event("m.room.message", by: .bob, citing: [])
        let result = try await service.check(["event": .event(message)]).result()
        #expect(result.gist == "deny sender.not_joined auth_events reject")
    }

    @Test
    func `a create event says itself which rules it is decided by`() async throws {
        let create = try TestRoom(version: .v9).create
        let result = try await TestedService().check(["event": .event(create)]).result()
        #expect(result.gist == "allow create.allow auth_events accept")
        #expect(result.string("room_version") == "9")
    }

    @Test(arguments: ["13", "", "draft", "org.example.unknown"])
    func `a room version that is not known is an error, with those that are`(version: String) async throws {
        let create = try TestRoom(version: .v9).create
        let error = try await TestedService().check(["event": .event(create), "room_version": .string(version)]).error()
        #expect(error.code == -32_002)
        #expect(error.reason == "unknown_room_version")
        #expect(error.data?.string("room_version") == version)
        #expect(error.data?.strings("known") == RoomVersion.allCases.map(\.rawValue))
    }

    @Test(arguments: ["\"13\"", "\"draft-2014\"", "5", "null"])
    func `a create event that names no room version of the specification tells none`(version: String) async throws {
        let create = try EventTemplate.create(.v9, content: ["room_version": .raw(version)]).event()
        let error = try await TestedService().check(["event": .event(create)]).error()
        #expect(error.reason == "unknown_room_version")
    }

    @Test
    func `a room version that is known from nowhere is asked for`() async throws {
        let room = try TestRoom.furnished(.v11)
        let message = try room.event("m.room.message", by: .alice, citing: [])
        let error = try await TestedService().check(["event": .event(message)]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/room_version")
    }

    @Test
    func `a redacted create event does not pass for one of version 1`() async throws {
        let room = try TestRoom.furnished(.v6)
        let redacted = try room.create.redacted()
        #expect(redacted.id == room.create.id)
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = [
            "event": .event(join), "events": .events([redacted] + room.events.dropFirst()),
        ]
        let error = try await TestedService().check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/room_version")
        let result = try await TestedService().check(params.setting("room_version", to: "6")).result()
        #expect(result.string("rule") == "member.join.public")
    }

    @Test
    func `another room's create event does not tell the room version`() async throws {
        let room = try TestRoom.furnished(.v9)
        let other = try TestRoom(version: .v10, id: "other")
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = ["event": .event(join), "events": .events([other.create] + room.events)]
        #expect(try await TestedService().check(params).result().string("room_version") == "9")
    }

    @Test
    func `another room's stored event does not tell the room version`() async throws {
        let other = try TestRoom.furnished(.v1, id: "other")
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(other)
        let message = try room.event("m.room.message", by: .alice, citing: [other.create])
        let error = try await service.check(["event": .event(message)]).error()
        #expect(error.reason == "invalid_params" || error.reason == "events_missing")
    }

    @Test(arguments: [true, false])
    func `a room version that is not the create event's is the caller's mistake`(isStored: Bool) async throws {
        let room = try TestRoom.furnished(.v9)
        let service = isStored ? try await TestedService.storing(room) : TestedService()
        var params: TestJSON = ["event": .event(try room.membership("join", of: .bob)), "room_version": "8"]
        if !isStored { params = params.setting("events", to: .events(room.events)) }
        let error = try await service.check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/room_version")
        #expect(error.data?.string("expected")?.contains("\"9\"") == true)
    }

    @Test
    func `a stored event is decided by the room version it is stored with`() async throws {
        let room = try TestRoom.furnished(.v9)
        let service = try await TestedService.storing(room)
        let error = try await service.check(["event_id": .id(room.create), "room_version": "8"]).error()
        #expect(error.path == "/room_version")
    }
}
