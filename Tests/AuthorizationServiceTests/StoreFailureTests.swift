import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// An outage is an error, and never a verdict.
struct StoreFailureTests {
    @Test(arguments: ["auth.check", "auth.select", "events.put", "events.get"])
    func `a store that is away is an error that may pass`(method: String) async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        service.store.mood = .failing(.unavailable("the database cannot be reached"))
        let error = try await service.call(method, try params(of: method, room)).error()
        #expect(error.reason == "store_unavailable")
        #expect(error.code == -32_003)
        #expect(error.isRetryable == true)
        #expect((error.data?["retry_after_ms"]?.number?.int64 ?? 0) > 0)
        service.store.mood = .well
        _ = try await service.call(method, try params(of: method, room)).result()
    }

    @Test(arguments: ["auth.check", "auth.select", "events.put", "events.get"])
    func `a store that is defective is an incident that the log has in full`(method: String) async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        service.store.mood = .failing(.defective("column \"pdu\" does not exist"))
        let reply = try await service.call(method, try params(of: method, room))
        #expect(try reply.error().reason == "internal")
        #expect(try reply.error().data?.string("incident") == "incident-1")
        #expect(!reply.text.contains("pdu"))
        #expect(service.incidents.details == ["column \"pdu\" does not exist"])
    }

    @Test
    func `what memory holds is decided while the store is away`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        _ = try await service.check(try params(of: "auth.check", room)).result()
        service.store.mood = .failing(.unavailable("away"))
        #expect(try await service.check(try params(of: "auth.check", room)).result().string("verdict") == "allow")
    }

    @Test
    func `events that a failing store did not take are decided anew later`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService()
        service.store.mood = .failing(.unavailable("away"))
        _ = try await service.call("events.put", try params(of: "events.put", room)).error()
        service.store.mood = .well
        let results = try await service.put(room.events, of: .v11)
        #expect(results.allSatisfy { $0.string("stored") == "new" })
    }

    @Test(.timeLimit(.minutes(1)))
    func `a caller's time limit ends its wait for a store that hangs`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params = try params(of: "auth.check", room)
        try await service.serving {
            service.store.mood = .hanging
            let error = try await service.check(params.setting("timeout_ms", to: 1)).error()
            #expect(error.reason == "deadline_exceeded")
            #expect(error.code == -32_004)
            #expect(error.isRetryable == true)
            service.store.release()
            #expect(try await service.check(params).result().string("verdict") == "allow")
        }
    }

    @Test(arguments: [0, -1, 600_001, .raw("0.5"), "1"] as [TestJSON])
    func `a time limit is from a millisecond to ten minutes`(limit: TestJSON) async throws {
        let error = try await TestedService().check(["event_id": "$id", "timeout_ms": limit]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/timeout_ms")
    }

    @Test
    func `a stored event whose bytes do not match its id is a corrupt graph`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let rules = try #require(room[.joinRules])
        service.store.alter(
            rules.id,
            to: [
                StoredEvent(
                    id: rules.id,
                    roomID: room.id,
                    roomVersion: .v11,
                    pdu: room.create.pdu,
                    outcome: StoredOutcome(verdict: .allow, rule: "allow.default", isRejected: false)
                )
            ]
        )
        for method in ["auth.check", "auth.select", "events.put", "events.get"] {
            let error = try await service.call(method, try params(of: method, room)).error()
            #expect(error.reason == "graph_corrupt")
            #expect(error.isRetryable == false)
            #expect(error.data?.strings("event_ids") == [rules.id.description])
        }
    }

    private func params(of method: String, _ room: TestRoom) throws -> TestJSON {
        switch method {
        case "auth.check": ["event": .event(try room.membership("join", of: .bob)), "room_version": "11"]
        case "auth.select":
            [
                "event": ["type": "m.room.member", "sender": "@bob:b", "state_key": "@bob:b", "content": [:]],
                "state": .ids(room.events),
            ]
        case "events.put": ["room_version": "11", "events": .events(room.events)]
        default: ["event_ids": .ids(room.events)]
        }
    }
}
