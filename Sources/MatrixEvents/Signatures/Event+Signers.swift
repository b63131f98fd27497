package import CanonicalJSON

extension Event {
    /// The servers whose signatures the event needs, each once
    /// (Matrix specification, server-server API, "Validating hashes and signatures on received events").
    package var requiredSigners: [ServerName] {
        let format = roomVersion.format
        let member = MemberContent(content)
        var servers: [ServerName] = []
        func require(_ server: ServerName?) {
            if let server, !servers.contains(server) { servers.append(server) }
        }
        if !isThirdPartyInvite { require(sender.serverName) }
        // Until v2: the server that chose the event's id, which need not be the sender's.
        if format.serverOfEventIDSigns { require(id.serverName) }
        guard type == .member else { return servers }
        // Since v8: the server of the user who authorises a restricted join.
        if format.authorisingServerSigns, member.membership == .join { require(member.authorisingUser?.serverName) }
        // The draft of 2014: the server of an invited user.
        if format.invitedServerSigns, member.membership == .invite {
            require(stateKey.flatMap { UserID($0) }?.serverName)
        }
        return servers
    }

    /// Whether the event is an invite that came about by a third party's word, which any server may send on.
    ///
    /// What is redacted for its wrong hash has to be one still: else anyone could make ordinary invites of any sender.
    private var isThirdPartyInvite: Bool {
        guard roomVersion.format.exemptsThirdPartyInvites, type == .member else { return false }
        let member = MemberContent(content)
        guard member.membership == .invite, let invite = member.thirdPartyInvite else { return false }
        // Since v11 redaction leaves `third_party_invite` where it is an object.
        let survivesRedaction = roomVersion.format.redaction.isOfVersion11 && invite.object != nil
        return survivesRedaction || contentHashMatches
    }

    /// What stands in `signatures` under `server`, by key id; `nil` where nothing does.
    package func signatures(by server: ServerName) -> JSONObject? {
        json["signatures"]?.object?[server.text]?.object
    }

    /// Whether the signature by the key `keyID` of `server` verifies with `key`; false where there is none.
    package func isSigned(by server: ServerName, keyID: UTF8Text, key: PublicKey) -> Bool {
        guard let signature = signatures(by: server)?[keyID]?.text else { return false }
        return key.verifies(signature, of: signedBytes)
    }
}
