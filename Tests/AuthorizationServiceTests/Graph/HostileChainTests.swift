import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// What a server may try that relays events, or whose events are stored.
struct HostileChainTests {
    @Test
    func `another content under the id of an accepted event does not count, stored or brought along`() async throws {
        var room = try TestRoom.furnished(.v10)
        let honest = try room.event(
            .thirdPartyInvite,
            by: .alice,
            stateKey: "token",
            content: ["public_key": .string(TestSigningKey(of: "honest").publicKey())]
        )
        var template = try room.template(
            .thirdPartyInvite,
            by: .alice,
            stateKey: "token",
            content: ["public_key": .string(TestRoom.identityKey.publicKey())]
        )
        template.claimedHash = honest.json["hashes"]?.object?["sha256"]?.text?.string
        let swapped = try template.event()
        #expect(swapped.id == honest.id)
        room.add(swapped)
        let invite = try room.thirdPartyInvite(of: .bob, signed: try TestRoom.signedInvite(of: .bob, token: "token"))
        let params: TestJSON = ["event": .event(invite), "room_version": "10", "checks": ["hash", "chain"]]
        let service = TestedService()
        try await service.store.save(room.events)
        let rule = "member.invite.3p.bad_signature"
        #expect(try await service.check(params).result().string("rule") == rule)
        #expect(try await service.check(params.setting("checks", to: [])).result().string("rule") == rule)
        let many: TestJSON = ["events": .events([invite]), "room_version": "10", "checks": ["hash", "chain"]]
        #expect(try await service.checkMany(many).first?.string("rule") == rule)
        let brought = try await TestedService().check(params.setting("events", to: .events(room.events))).result()
        #expect(brought.string("rule") == rule)
    }

    @Test
    func `an event of another room before the others changes nothing for them`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        let service = TestedService()
        try await service.store.save(room.events)
        let ban = try room.membership("ban", of: .carol, by: .bob)
        let junk = try TestRoom(version: .v11, id: "junk").create
        let params: TestJSON = ["events": .events([junk, ban]), "room_version": "11", "checks": ["chain"]]
        #expect(try await service.checkMany(params).last?.string("rule") == "auth_events.rejected")
    }

    @Test
    func `what was sent and has no verdict is not replaced by what the store has of it`() async throws {
        var room = try TestRoom.furnished(.v11)
        var forged = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        forged.signers = []
        forged.extraSignatures["b"] = ["ed25519:unknown": .string(TestSigningKey(of: "someone").signature(over: [1]))]
        let join = try forged.event()
        room.add(join)
        let message = try room.event("m.room.message", by: .bob)
        let service = TestedService()
        try await service.store.save(room.events)
        // The join is in memory, as accepted.
        _ = try await service.check(["event": .event(message), "room_version": "11"]).result()
        let params: TestJSON = [
            "events": .events([join, message]), "room_version": "11", "checks": ["signatures", "chain"],
            "keys": .signingKeys(of: ["a", "b"]),
        ]
        let results = try await service.checkMany(params)
        #expect(
            results.map { $0["error"]?.object?["data"]?.object?.string("reason") } == [
                "keys_missing", "events_missing",
            ]
        )
    }

    @Test
    func `a spoilt copy that comes first takes nobody down`() async throws {
        var room = try TestRoom.furnished(.v11)
        var template = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        let good = try template.event()
        template.signers = []
        template.extraSignatures["b"] = [TestSigningKey.id: .string(TestSigningKey(of: "someone").signature(over: [1]))]
        let bad = try template.event()
        #expect(good.id == bad.id)
        room.add(good)
        let message = try room.event("m.room.message", by: .bob)
        let params: TestJSON = [
            "events": .events(Array(room.events.dropLast()) + [bad, good, message]), "room_version": "11",
            "checks": ["signatures"], "keys": .signingKeys(of: ["a", "b"]),
        ]
        let results = try await TestedService().checkMany(params).suffix(3)
        #expect(results.map { $0.string("verdict") } == ["deny", "allow", "allow"])
    }

    @Test
    func `an id that looks like a hash and was chosen by its sender does not stand for another event`() async throws {
        let room = try TestRoom.furnished(.v11)
        let rules = try #require(room[.joinRules])
        var evil = try TestRoom(version: .draft2014, createdBy: .bob, id: "evil")
        var template = try evil.template(.joinRules, by: .bob, stateKey: "", content: ["join_rule": "invite"])
        template.opaqueID = rules.id.description
        evil.add(try template.event())
        let service = TestedService()
        try await service.put(evil.events, of: .draft2014)
        try await service.put(room.events, of: .v11)
        let replica = TestedService(store: service.store)
        let params: TestJSON = ["event": .event(try room.membership("join", of: .carol)), "room_version": "11"]
        #expect(try await replica.check(params).result().string("rule") == "member.join.public")
        #expect(try await replica.chain(of: [rules]).strings("events")?.first == room.create.id.description)
    }

    @Test
    func `a policy server of the draft is in force under the chain too`() async throws {
        var room = try TestRoom.furnished(.draft2014)
        var template = try room.template(
            .policy,
            by: .alice,
            stateKey: "",
            content: ["via": "p", "public_keys": ["ed25519": .string(TestSigningKey(of: "p").publicKey())]]
        )
        template.omittedKeys = ["hashes"]
        room.add(try template.event())
        let message = try room.event("m.room.message", by: .alice)
        let params: TestJSON = [
            "event": .event(message), "room_version": "draft-2014", "events": .events(room.events), "checks": ["chain"],
        ]
        let rule = "draft.policy.missing_signature"
        #expect(try await TestedService().check(params).result().string("rule") == rule)
        let service = TestedService()
        try await service.store.save(room.events)
        #expect(try await service.check(params.setting("events", to: nil)).result().string("rule") == rule)
    }

    @Test
    func `the draft's create event is found however far it is, for one event and for many`() async throws {
        let room = try TestRoom.furnished(.draft2014)
        let service = try await TestedService.storing(room)
        let message = try room.event("m.room.message", by: .alice, citing: Array(room.events.dropFirst()))
        #expect(try await service.checkMany([message], .draft2014).first?.string("verdict") == "allow")
    }

    @Test
    func `a create event of another room does not say of which version this one is`() async throws {
        let room = try TestRoom.furnished(.v11)
        let junk = try TestRoom(version: .v12, createdBy: .bob, id: "junk").create
        let events = [room.events[1], junk, room.events[0]] + room.events.dropFirst(2)
        let results = try await TestedService().checkMany(["events": .events(events)])
        #expect(results.count { $0.string("verdict") == "allow" } >= 4)
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "events": .events([junk] + room.events),
        ]
        // In this room's version it is no event at all.
        #expect(try await TestedService().check(params).error().path?.hasPrefix("/events/0") == true)
    }

    @Test
    func `the error of a circle names a few, however many rest on it`() async throws {
        var room = try TestRoom.circular()
        let circle = try #require(room.events.last)
        for number in 0..<100 {
            var template = try room.template("m.room.topic", by: .alice, stateKey: "x\(number)")
            template.authEvents = [circle]
            room.add(try template.event())
        }
        let results = try await TestedService().checkMany(room.events, .v1)
        for result in results.suffix(100) {
            let error = CallError(try #require(result["error"]?.object))
            #expect(error.data?.strings("event_ids")?.count == 20)
        }
    }
}
