import CanonicalJSON
import EventTestSupport
import MatrixEvents
import MetricsTestKit
import Testing

/// How decisions are counted: by room version, verdict, rule and gate.
struct DecisionCounterTests {
    private let metrics = TestMetrics()

    @Test(arguments: RoomVersion.allCases)
    func `every decision of auth.check is counted once, cold or warm`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let stored = try await TestedService.storing(room)
        let service = TestedService(store: stored.store, metrics: metrics)
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "room_version": "\(version)",
            "state": .ids(room.stateEvents),
        ]
        var rule: String?
        for _ in 0..<3 { rule = try await service.check(params).result().string("rule") }
        #expect(metrics.decisions == ["\(version) allow \(rule ?? "none") state": 3])
    }

    @Test
    func `what is checked before the rules is counted by its own rules`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService(metrics: metrics)
        let event = TestJSON.event(room.create).setting("depth", to: -1)
        _ = try await service.check(["event": event, "room_version": "11"]).result()
        #expect(metrics.decisions == ["11 deny format.depth format": 1])
    }

    @Test
    func `an error is no decision`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService(metrics: metrics)
        let params: TestJSON = ["event": .event(try room.membership("join", of: .bob)), "room_version": "11"]
        #expect(try await service.check(params).error().reason == "events_missing")
        #expect(metrics.decisions == [:])
    }

    @Test
    func `auth.check_many counts every event`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.ban(.bob)
        try room.setMembership("join", of: .bob)
        let service = TestedService(metrics: metrics)
        let results = try await service.checkMany(room.events, .v11)
        #expect(metrics.decisions == results.decisions)
        #expect(metrics.decisions["11 deny member.join.banned auth_events"] == 1)
    }

    @Test
    func `events.put counts what is new`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService(metrics: metrics)
        for _ in 0..<2 { try await service.put(room.events, of: .v11) }
        #expect(metrics.decisions.values.reduce(0, +) == room.events.count)
        #expect(metrics.decisions["11 allow create.allow auth_events"] == 1)
    }

    @Test
    func `the flows of joins and invites count what they decide`() async throws {
        let room = try TestRoom.furnished(.v11)
        let stored = try await TestedService.storing(room)
        let service = TestedService(store: stored.store, metrics: metrics)
        let template = try await service.template(for: .bob, of: room).result()
        #expect(metrics.decisions == ["11 allow member.join.public auth_events": 1])
        let event = try #require(template["event"]?.object)
        _ = try await service.accept(try event.filledIn(after: room, signedBy: ["b"]), to: room).result()
        #expect(metrics.decisions["11 allow member.join.public state"] == 1)
        _ = try await service.checkInvite(room.invite(signedBy: ["a"]), state: room.stripped()).result()
        #expect(metrics.decisions["11 allow member.invite.allow state"] == 1)
        #expect(metrics.decisions.values.reduce(0, +) == 3)
    }

    @Test
    func `a template that is denied is counted`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.ban(.bob)
        let stored = try await TestedService.storing(room)
        let service = TestedService(store: stored.store, metrics: metrics)
        _ = try await service.template(for: .bob, of: room).result()
        #expect(metrics.decisions == ["11 deny member.join.banned state": 1])
    }
}

extension TestMetrics {
    /// How often each decision was counted, by its labels.
    fileprivate var decisions: [String: Int] {
        counters(label: "eventauth_decisions_total").reduce(into: [:]) { decisions, counter in
            #expect(counter.dimensions.map(\.0) == ["room_version", "verdict", "rule", "gate"])
            decisions[counter.dimensions.map(\.1).joined(separator: " "), default: 0] += Int(counter.totalValue)
        }
    }
}

extension [JSONObject] {
    /// How often each decision is among these results, in the words of the counters' labels.
    fileprivate var decisions: [String: Int] {
        reduce(into: [:]) { decisions, result in
            let labels = ["room_version", "verdict", "rule", "gate"].map { result.string($0) ?? "none" }
            decisions[labels.joined(separator: " "), default: 0] += 1
        }
    }
}
