import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check` since v12: the create event is not cited, for the room id names it.
struct CheckCreateTests {
    @Test
    func `a create event that the room id names and nobody has is missing`() async throws {
        let room = try TestRoom.furnished(.v12)
        let service = TestedService()
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = [
            "event": .event(join), "room_version": "12", "events": .events(Array(room.events.dropFirst())),
        ]
        let error = try await service.check(params).error()
        #expect(error.reason == "events_missing")
        #expect(error.missing == [room.create.id.description])
    }

    @Test(arguments: [true, false])
    func `a room id that names another event makes the event denied`(isStored: Bool) async throws {
        let room = try TestRoom.furnished(.v12)
        let levels = try #require(room[.powerLevels])
        var template = try room.template("m.room.message", by: .alice)
        template.roomID = RoomID(UTF8Text("!\(levels.id.description.dropFirst())"))
        template.authEvents = []
        let service = isStored ? try await TestedService.storing(room) : TestedService()
        var params: TestJSON = ["event": .event(try template.event()), "room_version": "12"]
        if !isStored { params = params.setting("events", to: .events(room.events)) }
        let result = try await service.check(params).result()
        #expect(result.gist == "deny room.create_unknown auth_events reject")
        #expect(result.strings("decided_by") == [levels.id.description])
    }

    @Test(arguments: [
        "!short", "!room:a", "!", "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "!++++++++++++++++++++++++++++++++++++++++++8", "!//////////////////////////////////////////8",
    ])
    func `a room id that can be no hash makes the event denied`(roomID: RoomID) async throws {
        var template = try TestRoom.furnished(.v12).template("m.room.message", by: .alice)
        template.roomID = roomID
        template.authEvents = []
        let service = TestedService()
        let result = try await service.check(["event": .event(try template.event()), "room_version": "12"]).result()
        #expect(result.gist == "deny room.create_unknown auth_events reject")
        #expect(service.store.loads.isEmpty)
    }

    @Test
    func `a rejected create event makes its room's events denied`() async throws {
        let room = try TestRoom.furnished(.v12)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let result = try await service.check(["event": .event(join), "rejected": [.id(room.create)]]).result()
        #expect(result.gist == "deny room.create_unknown auth_events reject")
    }

    @Test
    func `a create event of another room version makes no room of v12`() async throws {
        let older = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(older)
        var template = EventTemplate("m.room.message", by: .alice, in: nil, roomVersion: .v12)
        template.roomID = RoomID(UTF8Text("!\(older.create.id.description.dropFirst())"))
        let error = try await service.check(["event": .event(try template.event()), "room_version": "12"]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/room_version")
    }

    @Test
    func `the create event's id and the references are asked for in one query`() async throws {
        let room = try TestRoom.furnished(.v12)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        _ = try await service.check(["event": .event(join), "room_version": "12"]).result()
        #expect(service.store.loads.count == 1)
    }
}
