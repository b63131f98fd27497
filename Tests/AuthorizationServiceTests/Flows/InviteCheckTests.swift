import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// `invite.check`: what the inviter's server and the invited user's server make of an invite.
struct InviteCheckTests {
    @Test(arguments: RoomVersion.allCases)
    func `the invited user's server decides by the stripped state it was sent`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let result = try await TestedService().checkInvite(room.invite(signedBy: ["a"]), state: room.stripped())
            .result()
        #expect(result.gist == "allow \(version.inviteRule) state accept")
        // Stripped events have no ids.
        #expect(result.strings("decided_by") == [])
    }

    @Test(arguments: RoomVersion.allCases)
    func `the inviter's server decides by the whole state, and asks for both signatures`(
        version: RoomVersion
    ) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let state = TestJSON.ids(room.stateEvents)
        let signed = try await service.checkInvite(room.invite(), state: state, ["stage": "signed"]).result()
        #expect(signed.gist == "allow \(version.inviteRule) state accept")
        #expect(signed.strings("decided_by")?.isEmpty == false)
        let unsigned = try await service.checkInvite(
            room.invite(signedBy: ["a"]),
            state: state,
            ["stage": "signed"]
        ).result()
        #expect(unsigned.gist == "deny signatures.missing signatures drop")
        #expect(unsigned.string("reason") == "the event needs an Ed25519 signature by b, and has none")
    }

    @Test(arguments: RoomVersion.allCases, ["request", "signed"])
    func `the inviter's server has to have signed`(version: RoomVersion, stage: String) async throws {
        let room = try TestRoom.furnished(version)
        let more: TestJSON = ["stage": .string(stage)]
        let unsigned = try room.invite(signedBy: ["b"])
        let result = try await TestedService().checkInvite(unsigned, state: room.stripped(), more).result()
        #expect(result.gist == "deny signatures.missing signatures drop")
        #expect(result.string("reason")?.contains("by a,") == true)
        let forged = try room.invite { $0.extraSignatures["a"] = ["ed25519:1": "AAAA"] }
        let denied = try await TestedService().checkInvite(forged, state: room.stripped(), more).result()
        #expect(denied.gist == "deny signatures.invalid signatures drop")
        let keys: TestJSON = more.setting("keys", to: .signingKeys(of: ["b"]))
        let error = try await TestedService().checkInvite(room.invite(), state: room.stripped(), keys).error()
        #expect(error.missingKeys == [["a", "ed25519:1"]])
    }

    @Test(arguments: RoomVersion.allCases)
    func `an invite among users of one server has one signature`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let invite = try room.membership("invite", of: .carol, by: .alice)
        for stage in ["request", "signed"] as [TestJSON] {
            let more: TestJSON = ["stage": stage, "invitee_server": "a"]
            let result = try await TestedService().checkInvite(invite, state: room.stripped(), more).result()
            #expect(result.string("verdict") == "allow")
        }
        var unsigned = try room.template(.member, by: .alice, stateKey: "@carol:a", content: ["membership": "invite"])
        unsigned.signers = []
        let more: TestJSON = ["invitee_server": "a"]
        let result = try await TestedService().checkInvite(unsigned.event(), state: room.stripped(), more).result()
        #expect(result.string("rule") == "signatures.missing")
    }

    @Test(arguments: RoomVersion.allCases)
    func `the whole state says who is in the room and who is not`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let prefix = version == .draft2014 ? "draft.member.invite." : "member.invite."
        let invite = try room.invite()
        let stranger = try room.membership("invite", of: .bob, by: .carol)
        try room.ban(.bob)
        let service = try await TestedService.storing(room)
        let banned = try await service.checkInvite(invite, state: .ids(room.stateEvents)).result()
        let rule = version == .draft2014 ? "target_banned" : "target"
        #expect(banned.gist == "deny \(prefix)\(rule) state reject")
        #expect(banned.strings("decided_by") == [try #require(room[.member, "@bob:b"]).id.description])
        let uninvited = try await service.checkInvite(stranger, state: .ids(room.stateEvents)).result()
        #expect(uninvited.gist == "deny \(prefix)sender_not_joined auth_events reject")
    }

    @Test
    func `who left since the event it cites is not in the state`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.carol)
        let invite = try room.membership("invite", of: .bob, by: .carol)
        try room.setMembership("leave", of: .carol)
        let result = try await TestedService.storing(room).checkInvite(invite, state: .ids(room.stateEvents)).result()
        #expect(result.gist == "deny member.invite.sender_not_joined state reject")
    }

    @Test(arguments: RoomVersion.specified)
    func `power that is missing denies`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.carol)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "invite": 50])
        let invite = try room.membership("invite", of: .bob, by: .carol)
        let service = try await TestedService.storing(room)
        let whole = try await service.checkInvite(invite, state: .ids(room.stateEvents)).result()
        #expect(whole.gist == "deny member.invite.power auth_events reject")
        let stripped = try await TestedService().checkInvite(invite, state: room.stripped()).result()
        #expect(stripped.gist == "deny member.invite.power state reject")
    }

    @Test(arguments: RoomVersion.allCases)
    func `content that matches no hash is redacted, and the rest is decided`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let invite = try room.invite { $0.claimedHash = "AAAA" }
        let result = try await TestedService().checkInvite(invite, state: room.stripped()).result()
        #expect(result.gist == "allow \(version.inviteRule) hash redact")
        let unseen = try await TestedService().checkInvite(invite, state: []).result()
        #expect(unseen.gist == "allow invite.signed hash redact")
    }

    @Test
    func `a malformed invite is dropped`() async throws {
        let room = try TestRoom.furnished(.v11)
        let invite = try room.invite { $0.depth = -1 }
        let result = try await TestedService().checkInvite(invite, state: room.stripped()).result()
        #expect(result.gist == "deny format.depth format drop")
        let more: TestJSON = ["event": TestJSON.event(invite).setting("sender", to: "alice")]
        let unreadable = try await TestedService().checkInvite(invite, state: [], more).result()
        #expect(unreadable.gist == "deny format.sender format drop")
    }
}

extension RoomVersion {
    /// The rule that allows an invite.
    fileprivate var inviteRule: String { self == .draft2014 ? "draft.member.invite.allow" : "member.invite.allow" }
}
