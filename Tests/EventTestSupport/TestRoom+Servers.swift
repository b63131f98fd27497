import CanonicalJSON
package import MatrixEvents

/// Servers that sign events beside the sender's.
extension TestRoom {
    /// The restricted join of `user` that the server of `authoriser` signs too; not added to the room.
    package func authorisedJoin(of user: UserID, via authoriser: UserID) throws -> Event {
        var template = try template(
            .member,
            by: user,
            stateKey: user.description,
            content: ["membership": "join", "join_authorised_via_users_server": .string(authoriser.description)]
        )
        if !template.signers.contains(authoriser.serverName) { template.signers.append(authoriser.serverName) }
        return try template.event()
    }

    /// Names the policy server `policy.example` in the room's state.
    @discardableResult
    package mutating func installPolicyServer(by sender: UserID = .alice) throws -> Event {
        let key = TestSigningKey(of: "policy.example")
        return try send(
            .policy,
            by: sender,
            stateKey: "",
            content: ["via": "policy.example", "public_keys": ["ed25519": .string(key.publicKey(.urlSafe))]]
        )
    }

    /// The event of `template` with the policy server's signature, made with the key of `owner`.
    package func signedByPolicyServer(
        _ template: EventTemplate,
        key owner: String = "policy.example"
    ) throws -> Event {
        let signature = TestSigningKey(of: owner).signature(over: try template.event().signedBytes)
        var signed = template
        signed.extraSignatures["policy.example"] = ["ed25519:policy_server": .string(signature)]
        return try signed.event()
    }
}
