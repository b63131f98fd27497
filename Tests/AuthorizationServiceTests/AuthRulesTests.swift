import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

struct AuthRulesTests {
    @Test(arguments: RoomVersion.allCases)
    func `a room version's rules come in order, each with its number and what it decides`(
        version: RoomVersion
    ) async throws {
        let service = TestedService()
        let rules = try #require(
            try await service.call("auth.rules", ["room_version": "\(version)"]).result().objects("rules")
        )
        let names = rules.compactMap { $0.string("rule") }
        #expect(Set(names).count == names.count)
        #expect(names.first?.contains("format.") == true || version == .draft2014)
        #expect(rules.allSatisfy { $0["spec"]?.object?.string("version") == version.rawValue })
        #expect(rules.allSatisfy { $0.string("title")?.isEmpty == false })
        // A policy server has its say after everyone else.
        let last = rules.last { $0.string("rule")?.hasPrefix("policy.") == false }
        #expect(last?.string("outcome") == "allow")
        #expect(last?.string("rule") == (version == .draft2014 ? "draft.allow" : "allow.default"))
    }

    @Test(arguments: RoomVersion.allCases)
    func `every rule that a trace names is among the room version's rules`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        let service = try await TestedService.storing(room)
        let rules = try await service.call("auth.rules", ["room_version": "\(version)"]).result().objects("rules")
        let names = Set(rules?.compactMap { $0.string("rule") } ?? [])
        for event in room.events {
            let result = try await service.check(["event_id": .id(event), "explain": true]).result()
            let tried = result.objects("trace")?.compactMap { $0.string("rule") } ?? []
            #expect(!tried.isEmpty)
            #expect(names.isSuperset(of: tried))
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func `the rules of signatures and of policy servers are among them`(version: RoomVersion) async throws {
        let result = try await TestedService().call("auth.rules", ["room_version": "\(version)"]).result()
        let names = result.objects("rules")?.compactMap { $0.string("rule") } ?? []
        let signatures = names.filter { $0.hasPrefix("signatures.") }
        let checksValidity = ![.v1, .v2, .v3, .v4, .draft2014].contains(version)
        #expect(signatures.contains("signatures.key_expired") == checksValidity)
        #expect(signatures.count == (checksValidity ? 4 : 3))
        #expect(names.suffix(2).allSatisfy { $0.hasPrefix("policy.") } == (version != .draft2014))
    }

    @Test
    func `rules carry the numbers of their own version's page`() async throws {
        let service = TestedService()
        for (version, number) in [("1", "5.2.3"), ("6", "4.2.3"), ("11", "4.3.3"), ("12", "5.3.3")] {
            let rules = try await service.call("auth.rules", ["room_version": .string(version)]).result().objects(
                "rules"
            )
            let banned = rules?.first { $0.string("rule") == "member.join.banned" }
            #expect(banned?["spec"]?.object?.string("number") == number)
        }
    }

    @Test(arguments: [[:], ["room_version": nil], ["room_version": 11], ["version": "11"]] as [TestJSON])
    func `the room version is needed, and a string`(params: TestJSON) async throws {
        #expect(try await TestedService().call("auth.rules", params).error().reason == "invalid_params")
    }

    @Test
    func `a room version that is not known is an error`() async throws {
        let error = try await TestedService().call("auth.rules", ["room_version": "13"]).error()
        #expect(error.reason == "unknown_room_version")
        #expect(error.data?.strings("known")?.count == 13)
    }
}
