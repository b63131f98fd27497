import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

struct InviteScenarios {
    @Test(arguments: RoomVersion.published())
    func `any joined user invites where no level is stated`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.carol)
        try room.expect(.memberInviteAllow, for: room.membership("invite", of: .bob, by: .carol))
    }

    @Test(arguments: RoomVersion.published())
    func `inviting needs the invite level`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.carol)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "invite": 50])
        try room.expect(.memberInvitePower, for: room.membership("invite", of: .bob, by: .carol))
        try room.expect(.memberInviteAllow, for: room.membership("invite", of: .bob, by: .alice))
    }

    @Test(arguments: RoomVersion.published(), ["join", "ban"])
    func `neither joined nor banned users are invited`(version: RoomVersion, membership: String) throws {
        var room = try TestRoom.furnished(version)
        try room.setMembership(membership, of: .bob)
        try room.expect(.memberInviteTarget, for: room.membership("invite", of: .bob, by: .alice))
    }

    @Test(arguments: RoomVersion.published())
    func `who is not joined does not invite`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.memberInviteSenderNotJoined, for: room.membership("invite", of: .bob, by: .carol))
    }
}

struct ThirdPartyInviteScenarios {
    private let signed = Result { try TestRoom.signedInvite(of: .bob, token: "token") }

    @Test(arguments: RoomVersion.published())
    func `a signed third-party invite needs neither power nor membership`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "invite": 100])
        try room.offerThirdPartyInvite("token", by: .carol)
        try room.expect(
            .memberInvite3pSigned,
            for: room.thirdPartyInvite(of: .bob, by: .carol, signed: signed.get())
        )
    }

    @Test(arguments: RoomVersion.published())
    func `a banned user is not invited by a third party`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.ban(.bob)
        try room.offerThirdPartyInvite("token")
        try room.expect(.memberInvite3pBanned, for: room.thirdPartyInvite(of: .bob, signed: signed.get()))
    }

    @Test(arguments: RoomVersion.published(), [TestJSON.raw("null"), "x", [:], ["display_name": "bob"]])
    func `a third-party invite has something signed`(version: RoomVersion, invite: TestJSON) throws {
        let room = try TestRoom.furnished(version)
        let event = try room.membership("invite", of: .bob, by: .alice, content: ["third_party_invite": invite])
        room.expect(.memberInvite3pNoSigned, for: event)
    }

    @Test(arguments: RoomVersion.published(), [TestJSON.string("x"), [:], ["mxid": "@bob:b"], ["token": "token"]])
    func `what is signed names a user and a token`(version: RoomVersion, signed: TestJSON) throws {
        let room = try TestRoom.furnished(version)
        try room.expect(.memberInvite3pMalformed, for: room.thirdPartyInvite(of: .bob, signed: signed))
    }

    @Test(arguments: RoomVersion.published())
    func `the signed user is the one invited`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite("token")
        try room.expect(.memberInvite3pMxid, for: room.thirdPartyInvite(of: .carol, signed: signed.get()))
    }

    @Test(arguments: RoomVersion.published())
    func `the token is one that the room knows`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite("another token")
        try room.expect(.memberInvite3pUnknownToken, for: room.thirdPartyInvite(of: .bob, signed: signed.get()))
    }

    @Test(arguments: RoomVersion.published())
    func `the inviter is the one who offered the invite`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite("token")
        try room.join(.carol)
        let event = try room.thirdPartyInvite(of: .bob, by: .carol, signed: signed.get())
        room.expect(.memberInvite3pSender, for: event)
    }

    @Test(arguments: RoomVersion.published())
    func `the signature is made with a key that the room knows`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite(
            "token",
            content: ["public_key": .string(TestSigningKey(of: "another server").publicKey())]
        )
        try room.expect(.memberInvite3pBadSignature, for: room.thirdPartyInvite(of: .bob, signed: signed.get()))
    }

    @Test(arguments: RoomVersion.published())
    func `every key of the signed object is covered`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite("token")
        let extended = try signed.get().setting("sender", to: "@alice:a")
        try room.expect(.memberInvite3pBadSignature, for: room.thirdPartyInvite(of: .bob, signed: extended))
        let annotated = try signed.get().setting("unsigned", to: ["age": 1])
        try room.expect(.memberInvite3pSigned, for: room.thirdPartyInvite(of: .bob, signed: annotated))
    }

    @Test(arguments: RoomVersion.published(), [Base64.Alphabet.standard, .urlSafe])
    func `a key may be one of several, in either alphabet`(version: RoomVersion, alphabet: Base64.Alphabet) throws {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite(
            "token",
            content: [
                "public_key": "not a key",
                "public_keys": [
                    ["public_key": .string(TestSigningKey(of: "another server").publicKey())], 5,
                    ["public_key": .string(TestRoom.identityKey.publicKey(alphabet))],
                ],
            ]
        )
        try room.expect(.memberInvite3pSigned, for: room.thirdPartyInvite(of: .bob, signed: signed.get()))
    }

    /// A hostile event has room for hundreds of keys and of signatures, each pair a verification.
    @Test
    func `past sixteen keys no further ones are tried`() throws {
        for (others, rule) in [(15, Rule.memberInvite3pSigned), (16, .memberInvite3pBadSignature)] {
            var room = try TestRoom.furnished(.v11)
            let keys = (0..<others).map { TestSigningKey(of: "server \($0)") } + [TestRoom.identityKey]
            try room.offerThirdPartyInvite(
                "token",
                content: ["public_keys": .array(keys.map { ["public_key": .string($0.publicKey())] })]
            )
            try room.expect(rule, for: room.thirdPartyInvite(of: .bob, signed: signed.get()))
        }
    }
}
