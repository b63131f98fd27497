import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `auth.check`: the checks of the server-server API in their order, and what a homeserver does with what fails them.
struct CheckGateTests {
    @Test(arguments: RoomVersion.specified)
    func `an event that is not valid is dropped`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let join = TestJSON.event(try room.membership("join", of: .bob)).setting("depth", to: -1)
        let params: TestJSON = ["event": join, "room_version": "\(version)", "events": .events(room.events)]
        let result = try await TestedService().check(params).result()
        #expect(result.gist == "deny format.depth format drop")
        #expect(result.strings("decided_by") == [])
    }

    @Test(arguments: RoomVersion.specified)
    func `an event that cannot even be read is dropped, and has no id`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let join = TestJSON.event(try room.membership("join", of: .bob)).setting("sender", to: "bob")
        let result = try await TestedService().check(["event": join, "room_version": "\(version)"]).result()
        #expect(result.gist == "deny format.sender format drop")
        #expect(result["event_id"]?.isNull == true)
    }

    @Test
    func `an event that cannot be read is the caller's mistake where its format is not to be checked`() async throws {
        let room = try TestRoom.furnished(.v11)
        let join = TestJSON.event(try room.membership("join", of: .bob)).setting("sender", to: "bob")
        let error = try await TestedService().check(["event": join, "room_version": "11", "checks": []]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/event/sender")
    }

    @Test
    func `without the check of the format the rules see the event as it is`() async throws {
        let room = try TestRoom.furnished(.v11)
        var template = try room.template(.member, by: .bob, stateKey: "@bob:b", content: ["membership": "join"])
        template.depth = -1
        let params: TestJSON = [
            "event": .event(try template.event()), "room_version": "11", "events": .events(room.events), "checks": [],
        ]
        #expect(try await TestedService().check(params).result().gist == "allow member.join.public auth_events accept")
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event whose content does not match its hash is decided redacted`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        var template = try room.template(
            .powerLevels,
            by: .alice,
            stateKey: "",
            content: ["users": room.levels([.alice: 100]), "historical": 1]
        )
        template.claimedHash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        let params: TestJSON = [
            "event": .event(try template.event()), "room_version": "\(version)", "events": .events(room.events),
            "checks": ["format", "hash"],
        ]
        let result = try await TestedService().check(params).result()
        #expect(result.string("verdict") == "allow")
        #expect(result.string("gate") == "hash")
        #expect(result.string("disposition") == "redact")
        #expect(result["redacted"]?.bool == true)
    }

    @Test
    func `what is left of a redacted event can be denied`() async throws {
        // Redaction takes away what a redaction was to redact.
        var room = try TestRoom.furnished(.v1)
        try room.join(.bob)
        var redaction = try room.template(.redaction, by: .bob)
        redaction.extraKeys["redacts"] = "$event:b"
        redaction.claimedHash = "x"
        var params: TestJSON = [
            "event": .event(try redaction.event()), "room_version": "1", "events": .events(room.events),
        ]
        #expect(try await TestedService().check(params).result().string("rule") == "redaction.same_domain")
        params = params.setting("checks", to: ["hash"])
        let result = try await TestedService().check(params).result()
        #expect(result.gist == "deny redaction.denied auth_events reject")
        #expect(result["redacted"]?.bool == true)
    }

    @Test
    func `an event whose content matches its hash passes that check`() async throws {
        let room = try TestRoom.furnished(.v11)
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "room_version": "11",
            "events": .events(room.events), "checks": ["hash"],
        ]
        let result = try await TestedService().check(params).result()
        #expect(result.gist == "allow member.join.public auth_events accept")
        #expect(result["redacted"] == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event that the state before it does not allow is rejected`(version: RoomVersion) async throws {
        let (room, join) = try roomThatBannedBobAfterHeCited(version)
        let service = try await TestedService.storing(room)
        let params: TestJSON = ["event": .event(join), "state": .ids(room.stateEvents)]
        let result = try await service.check(params).result()
        #expect(result.gist == "deny \(prefix(version))member.join.banned state reject")
        #expect(result.strings("decided_by") == [try #require(room[.member, "@bob:b"]).id.description])
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event that the current state does not allow fails softly`(version: RoomVersion) async throws {
        let (room, join) = try roomThatBannedBobAfterHeCited(version)
        let before = room.stateEvents.filter { $0.stateKey != join.stateKey }
        let service = try await TestedService.storing(room)
        let params: TestJSON = [
            "event": .event(join), "state": .ids(before), "current_state": .ids(room.stateEvents),
        ]
        let result = try await service.check(params).result()
        #expect(result.gist == "deny \(prefix(version))member.join.banned current_state soft_fail")
        let accepted = try await service.check(params.setting("current_state", to: .ids(before))).result()
        #expect(accepted.gist == "allow \(prefix(version))member.join.public current_state accept")
    }

    @Test
    func `an event that its own claims do not allow is not held against any state`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let message = try room.event("m.room.message", by: .bob)
        let params: TestJSON = ["event": .event(message), "state": ["$absent"], "current_state": ["$absent"]]
        #expect(try await service.check(params).result().gist == "deny sender.not_joined auth_events reject")
    }

    @Test
    func `a state that is not all there is no state to decide by`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = ["event": .event(join), "state": ["$absent", .id(room.create)]]
        let error = try await service.check(params).error()
        #expect(error.reason == "events_missing")
        #expect(error.missing == ["$absent"])
    }

    @Test
    func `a state that leaves out the create event is completed with the one that is cited`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = ["event": .event(join), "state": .ids(room.stateEvents.filter { !$0.isCreate })]
        #expect(try await service.check(params).result().gist == "allow member.join.public state accept")
    }

    @Test
    func `a state has one event in a place`() async throws {
        var room = try TestRoom.furnished(.v11)
        let first = try #require(room[.joinRules])
        try room.setJoinRule("invite")
        let service = try await TestedService.storing(room)
        let params: TestJSON = [
            "event": .event(try room.membership("join", of: .bob)), "auth_events": .ids([room.create, first]),
            "state": .ids(room.stateEvents + [first]),
        ]
        let error = try await service.check(params).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path == "/state/\(room.stateEvents.count)")
    }

    @Test
    func `a state is of one room, and of state events`() async throws {
        let (room, other) = (try TestRoom.furnished(.v11), try TestRoom.furnished(.v11, id: "other"))
        let message = try room.event("m.room.message", by: .alice)
        let service = try await TestedService.storing(room, other)
        try await service.put([message], of: .v11)
        let join = try room.membership("join", of: .bob)
        for stranger in [other.create, message] {
            let params: TestJSON = ["event": .event(join), "state": .ids([room.create, stranger])]
            let error = try await service.check(params).error()
            #expect(error.reason == "invalid_params")
            #expect(error.path == "/state/1")
        }
    }

    @Test(arguments: [["state"], ["format", "nonsense"], [1], "format"] as [TestJSON])
    func `a check that this service does not make is refused`(checks: TestJSON) async throws {
        let error = try await TestedService().check(["event_id": "$id", "checks": checks]).error()
        #expect(error.reason == "invalid_params")
        #expect(error.path?.hasPrefix("/checks") == true)
    }

    private func prefix(_ version: RoomVersion) -> String { version == .draft2014 ? "draft." : "" }

    /// A room, and a join that cites what the room had before it banned the user.
    private func roomThatBannedBobAfterHeCited(_ version: RoomVersion) throws -> (room: TestRoom, join: Event) {
        var room = try TestRoom.furnished(version)
        let join = try room.membership("join", of: .bob)
        try room.ban(.bob)
        return (room, join)
    }
}

extension TestRoom {
    /// The events of the room's state, in the order in which they came.
    var stateEvents: [Event] {
        events.filter { event in event.stateKeyPair.flatMap { state[$0]?.id } == event.id }
    }
}
