import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `graph.chain`: the full graph of protocol events behind any event.
struct GraphChainTests {
    @Test(arguments: RoomVersion.allCases)
    func `everything that an event is authorized by is given, ancestors first`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let result = try await service.chain(of: [room.events[3]])
        #expect(result.strings("events") == room.events.prefix(3).map(\.id.description))
        #expect(result.strings("missing") == [])
        #expect(result["cursor"]?.isNull == true)
        // One query for the event's room and one for its chain.
        #expect(service.store.loads.count + service.store.streamCount == 2)
        _ = try await service.chain(of: [room.events[3]])
        // An id that its sender chose does not say which room it is of.
        let again = version.format.carriesID ? 1 : 0
        #expect(service.store.loads.count + service.store.streamCount == 2 + again)
    }

    @Test
    func `pages go on where the one before ended, in any process`() async throws {
        let room = try TestRoom.long(.v11)
        let service = try await TestedService.storing(room)
        let head = try #require(room.events.last)
        let whole = try await service.chain(of: [head]).strings("events") ?? []
        #expect(whole.count > 20)
        for limit in [1, 5, 16, whole.count - 1, whole.count, 100] {
            var collected: [String] = []
            var cursor: TestJSON?
            repeat {
                // Another process has nothing in memory.
                let replica = TestedService(store: service.store)
                let page = try await replica.chain(of: [head], ["limit": .raw("\(limit)")], cursor)
                #expect(page.strings("events")?.isEmpty == false)
                collected += page.strings("events") ?? []
                cursor = page.string("cursor").map { .string($0) }
            } while cursor != nil
            #expect(collected == whole, "limit \(limit)")
        }
    }

    @Test
    func `the events themselves are given as they were accepted`() async throws {
        let room = try TestRoom.long(.v12)
        let service = try await TestedService.storing(room)
        let head = try #require(room.events.last)
        let ids = try await service.chain(of: [head]).strings("events") ?? []
        let result = try await service.chain(of: [head], ["include": "events"])
        let pdus = result["events"]?.array?.map { Array($0.source) } ?? []
        #expect(pdus == ids.compactMap { id in room.events.first { $0.id.description == id }?.pdu })
    }

    @Test
    func `what is cited and not stored is told, and a cursor from before it came is refused`() async throws {
        let room = try TestRoom.long(.v11)
        let service = TestedService()
        let head = try #require(room.events.last)
        let gone = try #require(room.events.first { head.authEvents.contains($0.id) && $0.type == .member })
        try await service.store.save(room.events.filter { $0.id != gone.id })
        let page = try await service.chain(of: [head], ["limit": 3])
        #expect(page.strings("missing") == [gone.id.description])
        try await service.store.save([gone])
        let cursor = try #require(page.string("cursor"))
        let error = try await service.chainReply(of: [head], ["limit": 3], .string(cursor)).error()
        #expect(error.path == "/cursor")
        #expect(try await service.chain(of: [head]).strings("missing") == [])
    }

    @Test(arguments: ["", "x", "AAAA", "AAAAAAAAAAAAAAAA", "ä"])
    func `a cursor that is none is refused`(cursor: String) async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let error = try await service.chainReply(of: [room.events[3]], [:], .string(cursor)).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/cursor")
    }

    @Test
    func `events of no room, of two rooms and unknown ones have no chain`() async throws {
        let (room, other) = (try TestRoom.furnished(.v11), try TestRoom.furnished(.v11, id: "other"))
        let service = try await TestedService.storing(room, other)
        #expect(try await service.chainReply(of: []).error().path == "/event_ids")
        #expect(try await service.chainReply(of: [room.events[3], other.events[3]]).error().path == "/event_ids")
        let unknown = try room.event("m.room.message", by: .alice)
        #expect(try await service.chainReply(of: [unknown]).error().missing == [unknown.id.description])
        let error = try await service.chainReply(of: [room.events[3], unknown]).error()
        #expect(error.missing == [unknown.id.description])
    }

    @Test
    func `a circle of events is corrupt, and names them`() async throws {
        let room = try TestRoom.circular()
        let service = TestedService()
        try await service.store.save(room.events)
        let error = try await service.chainReply(of: [try #require(room.events.last)]).error()
        #expect(error.reason == "graph_corrupt")
        #expect(error.data?.strings("event_ids")?.sorted() == room.events.suffix(2).map(\.id.description).sorted())
    }

    @Test
    func `a chain that leads to another room is corrupt`() async throws {
        let other = try TestRoom.furnished(.v11, id: "other")
        var room = try TestRoom.furnished(.v11)
        room.add(try room.event("m.room.message", by: .alice, citing: [room.create, other.events[1]]))
        let service = TestedService()
        try await service.store.save(room.events + other.events)
        let error = try await service.chainReply(of: [try #require(room.events.last)]).error()
        #expect(error.reason == "graph_corrupt")
        #expect(error.data?.strings("event_ids") == [other.events[1].id.description])
    }

    @Test
    func `a walk has its limit`() async throws {
        let room = try TestRoom.long(.v11)
        let service = TestedService(walkEventCount: 10)
        try await service.store.save(room.events)
        let error = try await service.chainReply(of: [try #require(room.events.last)]).error()
        #expect(error.reason == "too_large")
        #expect(error.data?["limit"]?.number?.int64 == 10)
        #expect(error.data?.string("unit") == "events")
    }
}

/// `graph.difference`: where the chains of state sets differ.
struct GraphDifferenceTests {
    @Test(arguments: RoomVersion.allCases)
    func `what is behind some sets and not behind all is the difference`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let bob = try room.join(.bob)
        let carol = try room.join(.carol)
        let (first, second) = (
            try room.event("m.room.message", by: .bob), try room.event("m.room.message", by: .carol)
        )
        let service = try await TestedService.storing(room)
        try await service.store.save([first, second])
        #expect(try await service.difference([[first], [second]]) == Set([bob, carol].map(\.id.description)))
        #expect(try await service.difference([[first, second], [second]]) == [bob.id.description])
        #expect(try await service.difference([[first], [first]]) == [])
        #expect(try await service.difference([]) == [])
        // Behind bob's message stand also alice's join and the join rules, on which his own join rests.
        #expect(try await service.difference([[], [first]]).count == Set(first.citedOrImplied).count + 2)
    }

    @Test
    func `without an event of a chain there is no difference`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService()
        try await service.store.save(Array(room.events.dropFirst()))
        let params: TestJSON = ["sets": [[.id(room.events[3])], [.id(room.events[2])]]]
        let error = try await service.call("graph.difference", params).error()
        #expect(error.reason == "events_missing")
        #expect(error.missing == [room.create.id.description])
    }
}

extension TestedService {
    func chain(
        of heads: [Event],
        _ params: TestJSON = [:],
        _ cursor: TestJSON? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> JSONObject {
        try await chainReply(of: heads, params, cursor, location).result(location)
    }

    func chainReply(
        of heads: [Event],
        _ params: TestJSON = [:],
        _ cursor: TestJSON? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> CallReply {
        let ids = TestJSON.array(heads.map { .id($0) })
        return try await call(
            "graph.chain",
            params.setting("event_ids", to: ids).setting("cursor", to: cursor),
            location
        )
    }

    func difference(_ sets: [[Event]]) async throws -> Set<String> {
        let sets = TestJSON.array(sets.map { .array($0.map { .id($0) }) })
        return Set(try await call("graph.difference", ["sets": sets]).result().strings("difference") ?? [])
    }
}
