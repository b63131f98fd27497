import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

struct EventsGetTests {
    @Test
    func `events come back byte for byte as they were accepted`() async throws {
        let create = try TestRoom(version: .v11).create
        let pdu = String(decoding: create.pdu, as: UTF8.self)
        let odd = pdu.replacing(",\"content\"", with: " , \"unsigned\":{\"\\u00e9\\/\" : 1.50e+1},\t\"content\" ")
        #expect(odd != pdu)
        let service = TestedService()
        let params: TestJSON = ["room_version": "11", "events": [.raw(odd)], "checks": []]
        _ = try await service.call("events.put", params).result()
        for service in [service, TestedService(store: service.store)] {
            let reply = try await service.call("events.get", ["event_ids": [.id(create)]])
            #expect(reply.text.contains(odd))
        }
    }

    @Test
    func `events come in the order asked for, and what is not stored is named`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let events = Array(room.events.reversed())
        let ids: TestJSON = .array(["$nobody"] + events.map { .id($0) } + ["", "$nobody:a"])
        let result = try await service.call("events.get", ["event_ids": ids]).result()
        #expect(
            result.objects("events")?.map { String(decoding: $0.value.source, as: UTF8.self) }
                == events.map { String(decoding: $0.pdu, as: UTF8.self) }
        )
        #expect(result.strings("missing") == ["$nobody", "", "$nobody:a"])
        #expect(service.store.loads.count == 1)
    }

    @Test
    func `nothing is asked for no ids`() async throws {
        let service = TestedService()
        let result = try await service.call("events.get", ["event_ids": []]).result()
        #expect(result.objects("events")?.isEmpty == true)
        #expect(service.store.loads.isEmpty)
        #expect(try await service.call("events.get", [:]).error().path == "/event_ids")
    }

    @Test
    func `an id that several rooms have gives the event of each`() async throws {
        let rooms = try ["one", "two"].map { try TestRoom(version: .v1, id: $0) }
        let events = try rooms.map { room in
            var template = try room.template(.member, by: .alice, stateKey: "@alice:a", content: ["membership": "join"])
            template.opaqueID = "$same:a"
            return try template.event()
        }
        let service = TestedService()
        for (room, event) in zip(rooms, events) { try await service.put([room.create, event], of: .v1) }
        let result = try await service.call("events.get", ["event_ids": ["$same:a"]]).result()
        let found = result.objects("events")?.map { $0.string("room_id") }
        #expect(Set(found ?? []) == ["!one:a", "!two:a"])
    }
}
