import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// `invite.check` by what an inviter's server shows of the room: what it leaves out denies nothing.
struct InviteStateTests {
    @Test(arguments: RoomVersion.allCases)
    func `without the inviter's membership only the invite itself is checked`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let alice = StateKey(.member, UserID.alice.text)
        for state in [room.stripped(hiding: [alice]), .array([.stripped(room.create)])] {
            let result = try await TestedService().checkInvite(room.invite(), state: state).result()
            #expect(result.gist == "allow invite.signed signatures accept")
            let reason = "does not show the membership of @alice:a, so only the invite's format, signatures and hash"
            #expect(result.string("reason")?.contains(reason) == true)
            #expect(result["spec"]?.object?["number"]?.isNull == true)
            #expect(result.strings("decided_by") == [])
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func `without the create event only the invite itself is checked`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        for state in [room.stripped(hiding: [StateKey(.create)]), []] {
            let result = try await TestedService().checkInvite(room.invite(), state: state).result()
            #expect(result.gist == "allow invite.signed signatures accept")
            #expect(result.string("reason")?.contains("does not show the room's create event") == true)
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func `what is shown denies, whatever is not shown`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let invite = try room.invite()
        try room.ban(.bob)
        let rule = version == .draft2014 ? "draft.member.invite.target_banned" : "member.invite.target"
        for state in [room.stripped(), .array([.stripped(try #require(room[.member, "@bob:b"]))])] {
            let result = try await TestedService().checkInvite(invite, state: state).result()
            #expect(result.gist == "deny \(rule) state reject")
            #expect(result.strings("decided_by") == [])
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func `whatever is left out of a state that allows, nothing denies`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "invite": 100])
        let invite = try room.invite()
        let keys = room.stateEvents.compactMap(\.stateKeyPair)
        for selection in 0..<(1 << keys.count) {
            let hidden = keys.indices.filter { selection >> $0 & 1 == 1 }.map { keys[$0] }
            let result = try await TestedService().checkInvite(invite, state: room.stripped(hiding: hidden)).result()
            #expect(result.string("verdict") == "allow", "\(hidden)")
        }
    }

    @Test
    func `a room that is not federated says so in its create event`() async throws {
        let room = try TestRoom.furnished(.v11, createdBy: .bob, content: ["m.federate": false])
        let invite = try room.membership("invite", of: .carol, by: .alice)
        let more: TestJSON = ["invitee_server": "a"]
        let state = TestJSON.array([.stripped(room.create)])
        let result = try await TestedService().checkInvite(invite, state: state, more).result()
        #expect(result.gist == "deny federate.denied state reject")
    }

    @Test
    func `a creator of version 12 who is not shown may have any power`() async throws {
        var room = try TestRoom.furnished(.v12)
        try room.setPowerLevels(["invite": 50])
        let hidden = room.stripped(hiding: [StateKey(.create)])
        let result = try await TestedService().checkInvite(room.invite(), state: hidden).result()
        #expect(result.gist == "allow invite.signed signatures accept")
        let shown = try await TestedService().checkInvite(room.invite(), state: room.stripped()).result()
        #expect(shown.gist == "allow member.invite.allow state accept")
    }

    @Test(arguments: RoomVersion.allCases)
    func `full PDUs are decided by too, as claims and as state`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let invite = try room.invite()
        let result = try await TestedService().checkInvite(invite, state: .events(room.stateEvents)).result()
        #expect(result.string("gate") == "state")
        #expect(result.string("verdict") == "allow")
        #expect(result.strings("decided_by")?.isEmpty == false)
        try room.ban(.bob)
        let denied = try await TestedService().checkInvite(invite, state: .events(room.stateEvents)).result()
        #expect(denied.string("gate") == "state")
        #expect(denied.strings("decided_by") == [try #require(room[.member, "@bob:b"]).id.description])
    }

    @Test(arguments: RoomVersion.allCases)
    func `where the claims are at hand they decide what the state does not show`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let more: TestJSON = ["events": .events(room.events)]
        let result = try await TestedService().checkInvite(room.invite(), state: [], more).result()
        #expect(result.string("verdict") == "allow")
        #expect(result.string("gate") == "auth_events")
        let some: TestJSON = ["events": .events(Array(room.events.prefix(2)))]
        let unseen = try await TestedService().checkInvite(room.invite(), state: [], some).result()
        #expect(unseen.string("rule") == "invite.signed")
    }

    @Test
    func `what is known to be rejected is so whatever the inviter's server shows`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.carol)
        let rejected = try room.setPowerLevels(["users": room.levels([.carol: 1_000])], by: .carol)
        let invite = try room.membership("invite", of: .bob, by: .carol)
        let service = try await TestedService.storing(room)
        let result = try await service.checkInvite(invite, state: .events(room.stateEvents)).result()
        #expect(result.gist == "deny auth_events.rejected auth_events reject")
        #expect(result.strings("decided_by") == [rejected.id.description])
    }

    @Test
    func `a PDU whose content is not the one that was hashed counts as redacted`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "notifications": ["room": 1]])
        let levels = try #require(room[.powerLevels])
        let tampered = TestJSON.event(levels).setting("content", to: ["users": ["@alice:a": "x"], "org.example": true])
        let others = room.stateEvents.filter { $0.type != .powerLevels }.map { TestJSON.event($0) }
        let result = try await TestedService().checkInvite(room.invite(), state: .array(others + [tampered])).result()
        // What redaction leaves has another hash, so that it is not the event that the invite cites.
        #expect(result.gist == "deny state.power_levels.malformed state reject")
        #expect(result.strings("decided_by") != [levels.id.description])
    }
}
