import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// `join.accept`: what becomes of a signed join, and what the joining server gets.
struct JoinAcceptTests {
    @Test(arguments: RoomVersion.allCases)
    func `from the template to the joining server, which verifies everything it got`(version: RoomVersion) async throws
    {
        var room = try TestRoom.long(version)
        try room.setMembership("leave", of: .bob)
        let resident = try await TestedService.storing(room)
        let template = try #require(try await resident.template(for: .bob, of: room).result()["event"]?.object)
        let join = try template.filledIn(after: room, signedBy: ["b"])
        let result = try await resident.accept(join, to: room).result()
        #expect(result.string("verdict") == "allow")
        #expect(result.string("event_id") == join.id.description)
        #expect(result.pdus("state") == room.stateEvents.map(\.pdu))

        let joining = TestedService()
        let received = try (result.pdus("auth_chain") + result.pdus("state")).map {
            try Event(parsing: $0, roomVersion: version)
        }
        let params: TestJSON = [
            "events": .events(received + [join]), "room_version": "\(version)",
            "checks": ["format", "signatures", "hash"], "keys": .signingKeys(of: ["a", "b"]),
        ]
        let verified = try await joining.checkMany(params)
        #expect(verified.count > 20)
        #expect(verified.allSatisfy { $0.string("verdict") == "allow" })
    }

    @Test(arguments: RoomVersion.allCases)
    func `the auth chain is all that is behind state and join, ancestors first`(version: RoomVersion) async throws {
        let room = try TestRoom.long(version)
        let join = try room.membership("join", of: .carol)
        let result = try await TestedService.storing(room).accept(join, to: room).result()
        try expectChain(result, behind: room.stateEvents + [join], of: room)
    }

    @Test(arguments: [RoomVersion.v2, .v11, .v12], [0, 4, 12, 100])
    func `what was brought along comes before what is stored`(version: RoomVersion, storedCount: Int) async throws {
        let room = try TestRoom.long(version)
        let join = try room.membership("join", of: .carol)
        let service = TestedService()
        try await service.put(Array(room.events.prefix(storedCount)), of: version)
        // A replica has nothing in memory.
        let replica = TestedService(store: service.store)
        let sent = room.events.dropFirst(max(storedCount - 2, 0)).shuffled()
        let params: TestJSON = ["events": .events(sent), "room_version": "\(version)"]
        let result = try await replica.accept(join, to: room, params).result()
        try expectChain(result, behind: room.stateEvents + [join], of: room)
        #expect(result.pdus("state") == room.stateEvents.map(\.pdu))
    }

    @Test
    func `PDUs are given byte for byte`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = TestedService()
        let spaced = room.events.map { $0.pdu + Array("\n ".utf8) }
        let outcome = StoredOutcome(verdict: .allow, rule: "test", isRejected: false)
        _ = try await service.store.save(
            zip(room.events, spaced).map { NewEvent($0, pdu: [0x20] + $1, outcome: outcome) }
        )
        let reply = try await service.accept(try room.membership("join", of: .bob), to: room)
        for event in room.events {
            #expect(reply.text.contains(" \(String(decoding: event.pdu, as: UTF8.self))\n "))
        }
    }

    @Test(arguments: RoomVersion.allCases.filter { AuthorizationRules($0).allowsKnocking })
    func `who knocks learns the decision and nothing of the room`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("knock")
        let service = try await TestedService.storing(room)
        let reply = try await service.template(for: .bob, of: room, ["membership": "knock"])
        let knock = try #require(try reply.result()["event"]?.object).filledIn(after: room, signedBy: ["b"])
        let result = try await service.accept(knock, to: room).result()
        #expect(result.gist == "allow member.knock.allow state accept")
        #expect(result["state"] == nil)
        #expect(result["auth_chain"] == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func `who may not join learns why and nothing of the room`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let join = try room.membership("join", of: .bob)
        try room.ban(.bob)
        let result = try await TestedService.storing(room).accept(join, to: room).result()
        let rule = version == .draft2014 ? "draft.member.join.banned" : "member.join.banned"
        // The join does not cite the ban, which the state has.
        #expect(result.gist == "deny \(rule) state reject")
        #expect(result["state"] == nil)
        #expect(result["auth_chain"] == nil)
    }

    @Test(arguments: RoomVersion.specified.filter { AuthorizationRules($0).allowsRestrictedJoins })
    func `the server of who vouches has to have signed`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("restricted")
        let service = try await TestedService.storing(room)
        let reply = try await service.template(for: .bob, of: room, ["authorised_via": "@alice:a"])
        let template = try #require(try reply.result()["event"]?.object)
        let signed = try await service.accept(template.filledIn(after: room, signedBy: ["b", "a"]), to: room).result()
        #expect(signed.gist == "allow member.join.restricted.authorised state accept")
        #expect(signed.pdus("state").count == 4)
        let unsigned = try await service.accept(template.filledIn(after: room, signedBy: ["b"]), to: room).result()
        #expect(unsigned.gist == "deny signatures.missing signatures drop")
        #expect(unsigned.string("reason") == "the event needs an Ed25519 signature by a, and has none")
        #expect(unsigned["state"] == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func `the user's server has to have signed, with a key that is known`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let template = try #require(try await service.template(for: .bob, of: room).result()["event"]?.object)
        let join = try template.filledIn(after: room, signedBy: ["b"])
        let keysOfOthers: TestJSON = ["keys": .signingKeys(of: ["a"])]
        let error = try await service.accept(join, to: room, keysOfOthers).error()
        #expect(error.missingKeys == [["b", "ed25519:1"]])
        let wrongKey: TestJSON = ["keys": ["b": ["ed25519:1": .publicKey(of: "a")]]]
        #expect(try await service.accept(join, to: room, wrongKey).result().string("rule") == "signatures.invalid")
        let unsigned = TestJSON.event(join).setting("signatures", to: ["a": [:]])
        let result = try await service.accept(join, to: room, ["event": unsigned]).result()
        #expect(result.gist == "deny signatures.missing signatures drop")
    }

    @Test(arguments: RoomVersion.allCases)
    func `content that matches no hash is redacted, and the rest may join`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        var template = try room.template(
            .member,
            by: .bob,
            stateKey: "@bob:b",
            content: ["membership": "join", "displayname": "Bob"]
        )
        template.claimedHash = "AAAA"
        let result = try await TestedService.storing(room).accept(try template.event(), to: room).result()
        #expect(result.string("verdict") == "allow")
        #expect(result.string("disposition") == "redact")
        #expect(result["redacted"]?.bool == true)
        #expect(result.pdus("state").count == 4)
    }

    @Test
    func `an event that is malformed is dropped`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let join = TestJSON.event(try room.membership("join", of: .bob))
        for malformed in [join.setting("depth", to: -1), join.setting("sender", to: 5)] {
            let result = try await service.accept(
                try room.membership("join", of: .bob),
                to: room,
                ["event": malformed, "room_version": "11"]
            ).result()
            #expect(result.string("gate") == "format")
            #expect(result.string("disposition") == "drop")
        }
    }

    @Test
    func `ids that the caller knows to be rejected count as such`() async throws {
        let room = try TestRoom.furnished(.v11)
        let params: TestJSON = ["rejected": [.id(room.events[3])]]
        let join = try room.membership("join", of: .bob)
        let result = try await TestedService.storing(room).accept(join, to: room, params).result()
        #expect(result.gist == "deny auth_events.rejected auth_events reject")
    }
}

private func expectChain(
    _ result: JSONObject,
    behind heads: [Event],
    of room: TestRoom,
    _ location: SourceLocation = #_sourceLocation
) throws {
    let chain = try result.pdus("auth_chain").map { try Event(parsing: $0, roomVersion: room.version) }
    let byID = Dictionary(uniqueKeysWithValues: room.events.map { ($0.id, $0) })
    var behind: Set<EventID> = []
    var queue = heads.flatMap(\.citedOrImplied)
    while let id = queue.popLast() {
        if behind.insert(id).inserted { queue += byID[id]?.citedOrImplied ?? [] }
    }
    #expect(Set(chain.map(\.id)) == behind, sourceLocation: location)
    #expect(chain.count == behind.count, sourceLocation: location)
    var seen: Set<EventID> = []
    for event in chain {
        #expect(seen.isSuperset(of: event.citedOrImplied), sourceLocation: location)
        #expect(event.pdu == byID[event.id]?.pdu, sourceLocation: location)
        seen.insert(event.id)
    }
}

extension JSONObject {
    func pdus(_ key: StaticString) -> [[UInt8]] { self[key]?.array?.map { Array($0.source) } ?? [] }
}

extension TestedService {
    /// Sends `join` back; what `more` names comes on top, or instead.
    func accept(
        _ join: Event,
        to room: TestRoom,
        _ more: TestJSON = [:],
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> CallReply {
        var params: TestJSON = [
            "event": .event(join), "state": .ids(room.stateEvents), "keys": .signingKeys(of: ["a", "b"]),
        ]
        if case .object(let members) = more {
            for (key, value) in members { params = params.setting(key, to: value) }
        }
        return try await call("join.accept", params, location)
    }
}
