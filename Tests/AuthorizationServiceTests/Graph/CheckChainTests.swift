import CanonicalJSON
import EventTestSupport
import JSONRPC
import MatrixEvents
import Testing

@testable import AuthGraph

/// `auth.check` with `chain`: nobody's word is taken for what an event rests on.
struct CheckChainTests {
    @Test(arguments: RoomVersion.allCases)
    func `what keeps to the rules from the create event on is allowed`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let result = try await service.check(try room.params(try room.membership("join", of: .bob))).result()
        #expect(result.string("verdict") == "allow")
    }

    @Test(arguments: RoomVersion.allCases)
    func `what rests on an event that the store took by mistake is denied`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        let service = TestedService()
        // Somebody's store holds all of them for accepted.
        try await service.store.save(room.events)
        let ban = try room.membership("ban", of: .carol, by: .bob)
        let trusting = try room.params(ban).setting("checks", to: [])
        #expect(try await service.check(trusting).result().string("verdict") == "allow")
        let result = try await service.check(try room.params(ban)).result()
        let rule = version == .draft2014 ? "draft.protocol.unauthorized" : "auth_events.rejected"
        #expect(result.string("rule") == rule)
        #expect(result.strings("decided_by") == [room[.powerLevels]?.id.description ?? ""])
    }

    @Test(arguments: [[Role.check], [.check, .write], [.admin]])
    func `what a chain says is kept in the store for those alone who may write`(roles: Set<Role>) async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let session = Session(Standing(Caller(name: "test", roles: roles))) { _ throws(RPCError) in
            throw .unauthenticated
        }
        let params = try room.params(try room.membership("join", of: .bob))
        let message: TestJSON = ["jsonrpc": "2.0", "id": 1, "method": "auth.check", "params": params]
        let reply = try JSONDocument(parsing: try #require(await service.answer(to: message.bytes, in: session)))
        #expect(reply.root.object?["result"]?.object?.string("verdict") == "allow")
        let stored = try await service.store.load([room.create.id])
        #expect((stored.first?.outcome.chainVerdict != nil) == !roles.isDisjoint(with: [.write, .admin]))
    }

    @Test(arguments: RoomVersion.specified)
    func `what the caller brings along is verified as well`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let join = try room.join(.bob)
        let usurped = try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        let ban = try room.membership("ban", of: .carol, by: .bob)
        let brought = TestJSON.events([usurped, join])
        let trusting = try room.params(ban).setting("events", to: brought).setting("checks", to: [])
        #expect(try await service.check(trusting).result().string("verdict") == "allow")
        let result = try await service.check(try room.params(ban).setting("events", to: brought)).result()
        #expect(result.string("rule") == "auth_events.rejected")
        let create = version.format.roomIDIsCreateHash ? [] : [room.create]
        let message = try room.event("m.room.message", by: .bob, citing: create + [room.events[2], join])
        let allowed = try await service.check(try room.params(message).setting("events", to: brought)).result()
        #expect(allowed.string("verdict") == "allow")
    }

    @Test
    func `a verified chain is verified once, in this process and in others`() async throws {
        let room = try TestRoom.long(.v11)
        let service = try await TestedService.storing(room)
        let params = try room.params(try room.event("m.room.message", by: .alice))
        _ = try await service.check(params).result()
        #expect(service.store.streamCount > 0)
        service.store.forgetCounts()
        _ = try await service.check(params).result()
        #expect(service.store.loads.count + service.store.streamCount == 0)
        let replica = TestedService(store: service.store)
        _ = try await replica.check(params).result()
        #expect(service.store.streamCount == 0)
        #expect(service.store.loads.count == 1)
    }

    @Test(arguments: [true, false])
    func `with signatures, what nobody signed is rejected wherever in the chain it stands`(
        isStored: Bool
    ) async throws {
        var room = try TestRoom.furnished(.v11)
        var forged = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        forged.signers = []
        forged.extraSignatures["b"] = [TestSigningKey.id: .string(TestSigningKey(of: "someone").signature(over: [1]))]
        room.add(try forged.event())
        try room.join(.bob)
        let message = try room.event("m.room.message", by: .bob)
        let service = TestedService()
        if isStored { try await service.store.save(room.events) }
        var params = try room.params(message).setting("keys", to: .signingKeys(of: ["a", "b"]))
        if !isStored { params = params.setting("events", to: .events(room.events)) }
        // By the rules alone all is well, in this process from now on.
        #expect(try await service.check(params).result().string("verdict") == "allow")
        params = params.setting("checks", to: ["signatures", "chain"])
        #expect(try await service.check(params).result().string("rule") == "auth_events.rejected")
        let error = try await service.check(params.setting("keys", to: .signingKeys(of: ["b"]))).error()
        #expect(error.reason == "keys_missing")
        let honest = try room.event("m.room.message", by: .alice)
        let allowed = params.setting("event", to: .event(honest))
        #expect(try await service.check(allowed).result().string("verdict") == "allow")
    }

    @Test(.timeLimit(.minutes(2)), arguments: [nil, 0, ChainVerification.pageSize])
    func `with signatures, a chain of several pages is one chain`(forgedPlace: Int?) async throws {
        var room = try TestRoom.furnished(.v11)
        for place in 0..<ChainVerification.pageSize + 10 {
            let content: TestJSON = ["membership": place.isMultiple(of: 2) ? "join" : "leave"]
            var template = try room.template(.member, by: .bob, stateKey: "@bob:b", content: content)
            if place == forgedPlace {
                template.signers = []
                let signature = TestSigningKey(of: "someone").signature(over: [1])
                template.extraSignatures["b"] = [TestSigningKey.id: .string(signature)]
            }
            room.add(try template.event())
        }
        try room.join(.bob)
        let service = try await TestedService.storing(room)
        let params = try room.params(try room.event("m.room.message", by: .bob))
            .setting("keys", to: .signingKeys(of: ["a", "b"])).setting("checks", to: ["signatures", "chain"])
        let rule = try await service.check(params).result().string("rule")
        #expect(rule == (forgedPlace == nil ? "allow.default" : "auth_events.rejected"))
    }

    @Test
    func `without an event of the chain there is no verdict`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService()
        try await service.store.save(Array(room.events.dropFirst()))
        let message = try room.event("m.room.message", by: .alice, citing: [room.events[1], room.events[2]])
        let error = try await service.check(try room.params(message)).error()
        #expect(error.reason == "events_missing")
        #expect(error.missing == [room.create.id.description])
    }

    @Test
    func `a chain that leads in a circle is corrupt, sent or stored`() async throws {
        let room = try TestRoom.circular()
        let head = try room.event("m.room.message", by: .alice, citing: room.events)
        let params = try room.params(head)
        let stored = TestedService()
        try await stored.store.save(room.events)
        #expect(try await stored.check(params).error().reason == "graph_corrupt")
        let sent = try await TestedService().check(params.setting("events", to: .events(room.events))).error()
        #expect(sent.reason == "graph_corrupt")
    }

    @Test
    func `a store that is away is an error`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params = try room.params(try room.event("m.room.message", by: .alice))
        service.store.mood = .failing(.unavailable("away"))
        #expect(try await service.check(params).error().reason == "store_unavailable")
        service.store.mood = .well
        #expect(try await service.check(params).result().string("verdict") == "allow")
    }

    @Test(.timeLimit(.minutes(1)))
    func `a caller's time limit ends its wait for a chain`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let params = try room.params(try room.event("m.room.message", by: .alice))
        try await service.serving {
            service.store.mood = .hanging
            let error = try await service.check(params.setting("timeout_ms", to: 1)).error()
            #expect(error.reason == "deadline_exceeded")
            service.store.release()
            #expect(try await service.check(params).result().string("verdict") == "allow")
        }
    }
}

extension TestRoom {
    /// A check of `event` with its chain.
    fileprivate func params(_ event: Event) throws -> TestJSON {
        ["event": .event(event), "room_version": "\(version)", "checks": ["format", "chain"]]
    }
}
