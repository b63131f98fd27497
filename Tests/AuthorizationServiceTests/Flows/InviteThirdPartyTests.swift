import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Invites to addresses outside of Matrix, of which an identity server says that they are a user's (RULES 8.5).
struct InviteThirdPartyTests {
    @Test(arguments: RoomVersion.specified)
    func `the identity server's signature stands for the inviter's`(version: RoomVersion) async throws {
        let (room, invite) = try makeInvite(version)
        let result = try await TestedService().checkInvite(invite, state: room.stripped()).result()
        #expect(result.gist == "allow member.invite.3p.signed state accept")
        let more: TestJSON = ["stage": "signed"]
        let signed = try await TestedService().checkInvite(invite, state: room.stripped(), more).result()
        #expect(signed.gist == "allow member.invite.3p.signed state accept")
        let unsigned = try makeInvite(version, signedBy: version.format.carriesID ? ["a"] : []).invite
        let denied = try await TestedService().checkInvite(unsigned, state: room.stripped(), more).result()
        #expect(denied.gist == "deny signatures.missing signatures drop")
        #expect(denied.string("reason")?.contains("by b,") == true)
    }

    @Test(arguments: RoomVersion.specified)
    func `a third-party invite that is not shown denies nothing of what the inviter's server signed`(
        version: RoomVersion
    ) async throws {
        let (room, invite) = try makeInvite(version, signedBy: ["a", "b"])
        let hidden = room.stripped(hiding: [StateKey(.thirdPartyInvite, UTF8Text("token"))])
        let result = try await TestedService().checkInvite(invite, state: hidden).result()
        #expect(result.gist == "allow invite.signed signatures accept")
        #expect(result.string("reason")?.contains("does not show the third-party invite \"token\"") == true)
    }

    /// Else anyone could make an invite of anyone: what the identity server signed is checked by keys that are not shown.
    @Test(arguments: RoomVersion.specified.filter { !$0.format.serverOfEventIDSigns })
    func `where it is not shown the inviter's server has to have signed`(version: RoomVersion) async throws {
        for signers: [ServerName] in [[], ["b"]] {
            let (room, invite) = try makeInvite(version, signedBy: signers)
            let hidden = room.stripped(hiding: [StateKey(.thirdPartyInvite, UTF8Text("token"))])
            let result = try await TestedService().checkInvite(invite, state: hidden).result()
            #expect(result.gist == "deny signatures.missing signatures drop")
            #expect(result.string("reason")?.contains("by a,") == true)
            let shown = try await TestedService().checkInvite(invite, state: room.stripped()).result()
            #expect(shown.gist == "allow member.invite.3p.signed state accept")
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `in the whole state it denies`(version: RoomVersion) async throws {
        let (room, invite) = try makeInvite(version)
        let service = try await TestedService.storing(room)
        let whole = try await service.checkInvite(invite, state: .ids(room.stateEvents)).result()
        #expect(whole.gist == "allow member.invite.3p.signed state accept")
        let used = room.stateEvents.filter { $0.type != .thirdPartyInvite }
        let result = try await service.checkInvite(invite, state: .ids(used)).result()
        #expect(result.gist == "deny member.invite.3p.unknown_token state reject")
    }

    @Test(arguments: RoomVersion.specified)
    func `an identity server's signature that does not verify denies`(version: RoomVersion) async throws {
        let (room, invite) = try makeInvite(version, key: TestSigningKey(of: "mallory").publicKey())
        let result = try await TestedService().checkInvite(invite, state: room.stripped()).result()
        #expect(result.gist == "deny member.invite.3p.bad_signature state reject")
    }

    @Test
    func `in the draft of 2014 it is an invite like others`() async throws {
        let (room, invite) = try makeInvite(.draft2014)
        let result = try await TestedService().checkInvite(invite, state: room.stripped()).result()
        #expect(result.gist == "deny signatures.missing signatures drop")
    }

    /// The invite of bob for the token `token`, signed by his server alone; in room versions 1 and 2 also by the one that
    /// chose its id.
    private func makeInvite(
        _ version: RoomVersion,
        key: String = TestRoom.identityKey.publicKey(),
        signedBy signers: [ServerName]? = nil
    ) throws -> (room: TestRoom, invite: Event) {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite("token", content: ["public_key": .string(key)])
        let signed = try TestRoom.signedInvite(of: .bob, token: "token")
        var template = try room.template(
            .member,
            by: .alice,
            stateKey: "@bob:b",
            content: ["membership": "invite", "third_party_invite": ["display_name": "bob", "signed": signed]]
        )
        template.signers = signers ?? (version.format.serverOfEventIDSigns ? ["a", "b"] : ["b"])
        return (room, try template.event())
    }
}
