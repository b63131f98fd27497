package import MatrixEvents

/// Invites to addresses outside of Matrix, which an identity server binds to a user later on.
extension TestRoom {
    /// The key of the identity server that signs these invites.
    package static let identityKey = TestSigningKey(of: "identity.example")

    /// Adds the m.room.third_party_invite `token`.
    @discardableResult
    package mutating func offerThirdPartyInvite(
        _ token: String,
        by sender: UserID = .alice,
        content: TestJSON = ["public_key": .string(identityKey.publicKey())]
    ) throws -> Event {
        try send(.thirdPartyInvite, by: sender, stateKey: token, content: content)
    }

    /// What the identity server signs when it binds `token` to `user`.
    package static func signedInvite(of user: UserID, token: String) throws -> TestJSON {
        try identityKey.signing(
            ["mxid": .string(user.description), "token": .string(token)],
            as: "identity.example"
        )
    }

    /// The invite of `user` that `signed` vouches for; not added to the room.
    package func thirdPartyInvite(
        of user: UserID,
        by sender: UserID = .alice,
        signed: TestJSON
    ) throws -> Event {
        try membership(
            "invite",
            of: user,
            by: sender,
            content: ["third_party_invite": ["display_name": "bob", "signed": signed]]
        )
    }
}
