import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import MetricsTestKit
import Testing

/// How often `auth.check` asks the store.
struct CheckQueryTests {
    @Test(arguments: RoomVersion.allCases)
    func `a cold decision asks the store once, a warm one never`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "room_version": "\(version)",
            "state": .ids(room.events), "current_state": .ids(room.events),
        ]
        let cold = try await service.check(params)
        #expect(service.store.loads.count == 1)
        let warm = try await service.check(params)
        #expect(service.store.loads.count == 1)
        #expect(cold.text == warm.text)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a cold decision asks once, also for the room version`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let params: TestJSON = ["event": .event(try room.membership("join", of: .bob)), "state": .ids(room.events)]
        _ = try await service.check(params).result()
        _ = try await service.check(params).result()
        #expect(service.store.loads.count == 1)
    }

    @Test
    func `the queries of each decision are counted`() async throws {
        let room = try TestRoom.furnished(.v11)
        let stored = try await TestedService.storing(room)
        let metrics = TestMetrics()
        let service = TestedService(store: stored.store, metrics: metrics)
        let params: TestJSON = ["event": .event(try room.membership("join", of: .bob)), "room_version": "11"]
        for _ in 0..<3 { _ = try await service.check(params).result() }
        #expect(try metrics.expectRecorder("eventauth_decision_queries").values == [1, 0, 0])
    }

    @Test
    func `a decision by id asks for the event, then for what it cites`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params: TestJSON = ["event_id": .id(try #require(room[.joinRules]))]
        _ = try await service.check(params).result()
        #expect(service.store.loads.count == 2)
        _ = try await service.check(params).result()
        #expect(service.store.loads.count == 2)
    }

    @Test
    func `what is brought along is not asked for`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "room_version": "11",
            "events": .events(Array(room.events.dropFirst())),
        ]
        _ = try await service.check(params).result()
        #expect(service.store.loads == [[room.create.id]])
    }

    @Test
    func `what is brought along does not enter the memory that requests share`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService()
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = ["event": .event(join), "room_version": "11"]
        _ = try await service.check(params.setting("events", to: .events(room.events))).result()
        #expect(service.graph.statistics.eventCount == 0)
        #expect(try await service.check(params).error().missing == join.authEvents.map(\.description))
    }
}
