import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check_many`: the events of a whole response, each decided by the others or by stored ones.
struct CheckManyTests {
    @Test(arguments: RoomVersion.allCases)
    func `the order in which events are sent does not matter`(version: RoomVersion) async throws {
        let room = try TestRoom.long(version)
        var generator = Mutation(seed: 5)
        for _ in 0..<3 {
            let events = room.events.shuffled(using: &generator)
            let results = try await TestedService().checkMany(events, version)
            #expect(results.map { $0.string("event_id") } == events.map(\.id.description))
            #expect(results.allSatisfy { $0.string("verdict") == "allow" })
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `what refers to a denied event is denied`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        try room.ban(.carol, by: .bob)
        let results = try await TestedService().checkMany(room.events.reversed(), version)
        #expect(results[0].string("rule") == "auth_events.rejected")
        #expect(results[1].string("verdict") == "deny")
        #expect(results.dropFirst(2).allSatisfy { $0.string("verdict") == "allow" })
    }

    @Test
    func `what is not sent is taken from the store, in one query`() async throws {
        let room = try TestRoom.long(.v11)
        let (stored, sent) = (room.events.prefix(10), Array(room.events.dropFirst(10)))
        let service = TestedService()
        try await service.put(Array(stored), of: .v11)
        let replica = TestedService(store: service.store)
        service.store.forgetCounts()
        let results = try await replica.checkMany(sent, .v11)
        #expect(results.allSatisfy { $0.string("verdict") == "allow" })
        #expect(service.store.loads.count == 1)
    }

    @Test
    func `an event without a verdict leaves those without one that cite it, and no others`() async throws {
        let room = try TestRoom.furnished(.v11)
        let results = try await TestedService().checkMany([room.events[0], room.events[1], room.events[3]], .v11)
        #expect(results[0].string("verdict") == "allow")
        #expect(results[1].string("verdict") == "allow")
        let error = CallError(try #require(results[2]["error"]?.object))
        #expect(error.reason == "events_missing")
        #expect(error.missing == [room.events[2].id.description])
        #expect(results[2].string("event_id") == room.events[3].id.description)
    }

    @Test
    func `a malformed event is dropped, and what cites it is denied`() async throws {
        var room = try TestRoom.furnished(.v11)
        var template = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        template.depth = "-1"
        let malformed = try template.event()
        room.add(malformed)
        let message = try room.event("m.room.message", by: .bob)
        let nothing: TestJSON = ["type": 5]
        let events = TestJSON.array([nothing, .event(message)] + room.events.map { .event($0) })
        let results = try await TestedService().checkMany(["events": events, "room_version": "11"])
        #expect(results[0].gist == "deny format.type format drop")
        #expect(results[0]["event_id"]?.isNull == true)
        #expect(results[1].string("rule") == "auth_events.rejected")
        #expect(results.last?.gist == "deny format.depth format drop")
    }

    @Test
    func `signatures are checked with the keys that are given, and keys that lack are an event's own error`()
        async throws
    {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        try room.join(.carol)
        var forged = try room.template("m.room.message", by: .bob)
        forged.signers = []
        forged.extraSignatures["b"] = [TestSigningKey.id: .string(TestSigningKey(of: "someone").signature(over: [1]))]
        room.add(try forged.event())
        room.add(try room.event("m.room.message", by: .bob))
        let params: TestJSON = [
            "events": .events(room.events), "room_version": "11", "checks": ["format", "signatures", "hash"],
        ]
        let complete = params.setting("keys", to: .signingKeys(of: ["a", "b"]))
        let results = try await TestedService().checkMany(complete)
        #expect(results[results.count - 2].gist == "deny signatures.invalid signatures drop")
        #expect(results.count { $0.string("verdict") == "allow" } == results.count - 1)
        let partial = try await TestedService().checkMany(params.setting("keys", to: .signingKeys(of: ["a"])))
        let undecided = partial.filter { $0["error"] != nil }
        #expect(undecided.count == 3)
        let first = CallError(try #require(undecided.first?["error"]?.object))
        #expect(first.reason == "keys_missing")
    }

    @Test
    func `content that does not match its hash is redacted, for the event and for those that cite it`() async throws {
        var room = try TestRoom.furnished(.v10)
        var levels = try room.template(
            .powerLevels,
            by: .alice,
            stateKey: "",
            content: ["users": room.levels([.alice: 100]), "invite": 100]
        )
        levels.claimedHash = "AAAA"
        room.add(try levels.event())
        try room.join(.bob)
        // Redaction takes `invite` out until v10, so that bob may.
        try room.invite(.carol, by: .bob)
        let params: TestJSON = ["events": .events(room.events), "room_version": "10", "checks": ["hash"]]
        let results = try await TestedService().checkMany(params)
        #expect(results.last?.string("verdict") == "allow")
        #expect(results[4].gist == "allow power_levels.allow hash redact")
        let trusting = try await TestedService().checkMany(params.setting("checks", to: []))
        #expect(trusting.last?.string("rule") == "member.invite.power")
    }

    @Test
    func `what is stored is verified where the request asks for the chain`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        let service = TestedService()
        try await service.store.save(room.events)
        let ban = try room.membership("ban", of: .carol, by: .bob)
        let params: TestJSON = ["events": .events([ban]), "room_version": "11"]
        #expect(try await service.checkMany(params).first?.string("verdict") == "allow")
        let verified = try await service.checkMany(params.setting("checks", to: ["chain"]))
        #expect(verified.first?.string("rule") == "auth_events.rejected")
    }

    @Test
    func `events that cite each other in a circle have no verdict, and others have`() async throws {
        let room = try TestRoom.circular()
        let results = try await TestedService().checkMany(room.events, .v1)
        #expect(results.dropLast(2).allSatisfy { $0.string("verdict") == "allow" })
        for result in results.suffix(2) {
            #expect(CallError(try #require(result["error"]?.object)).reason == "graph_corrupt")
        }
    }

    @Test
    func `parameters by position and no events at all are fine`() async throws {
        let room = try TestRoom.furnished(.v11)
        let reply = try await TestedService().call("auth.check_many", [.events(room.events), "11", ["chain"]])
        #expect(try reply.result().objects("results")?.count == 4)
        #expect(try await TestedService().checkMany([], .v11).isEmpty)
    }

    @Test(.timeLimit(.minutes(2)))
    func `thousands of events in reverse order are all allowed`() async throws {
        var room = try TestRoom.furnished(.v11)
        let joins = try (0..<3_000).map { number in
            try room.membership("join", of: try #require(UserID(UTF8Text("@user\(number):b"))))
        }
        for join in joins { room.add(join) }
        let results = try await TestedService().checkMany(room.events.reversed(), .v11)
        #expect(results.count == 3_004)
        #expect(results.allSatisfy { $0.string("verdict") == "allow" })
    }
}

extension TestedService {
    func checkMany(
        _ events: [Event],
        _ version: RoomVersion,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> [JSONObject] {
        try await checkMany(["events": .events(events), "room_version": "\(version)"], location)
    }

    func checkMany(
        _ params: TestJSON,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> [JSONObject] {
        try #require(try await call("auth.check_many", params, location).result(location).objects("results"))
    }
}
