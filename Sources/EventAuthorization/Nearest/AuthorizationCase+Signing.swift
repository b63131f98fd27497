import CanonicalJSON
import MatrixEvents

/// Signatures that nobody here can make are made with a key that stands in for the signer's, in the events that publish it too.
extension AuthorizationCase {
    /// The room's policy server has another key, with which it has signed the event.
    func signedByPolicyServer(_ server: ServerName) -> AuthorizationCase? {
        let key = StandInKey()
        guard let signature = key.signature(over: event.signedBytes),
            let signed = event.supposing(signature, by: server, keyID: UTF8Text("ed25519:policy_server"))
        else { return nil }
        return with(signed)?.replacing(StateKey(.policy)) { policy in
            guard let policy else { return nil }
            let content = policy.content.setting("public_keys") { writer in
                writer.object { writer in
                    writer.key("ed25519")
                    writer.string(key.publicKey)
                }
            }
            return supposed(StateKey(.policy), by: policy.sender, content, id: policy.id)
        }
    }

    /// The third-party invite publishes another key, with which an identity server has vouched for the invited user.
    ///
    /// - Parameter inviter: who sent the third-party invite, given who has as far as is known; `nil` where it must not be
    ///   supposed.
    func vouchedFor(by server: ServerName, inviter: (UserID?) -> UserID?) -> AuthorizationCase? {
        let key = StandInKey()
        guard let signed = event.supposinglyVouchedFor(by: server, with: key),
            let token = MemberContent(event.content).thirdPartyToken
        else { return nil }
        let place = StateKey(.thirdPartyInvite, token)
        return with(signed)?.replacing(place) { current in
            guard let inviter = inviter(current?.sender) else { return nil }
            let content = JSONObject.empty.setting("public_key") { $0.string(key.publicKey) }
            return supposed(place, by: inviter, content, id: current?.id)
        }
    }
}

extension Event {
    /// The invite with another signature under what vouches for it; `nil` where it has nothing that does.
    fileprivate func supposinglyVouchedFor(by server: ServerName, with key: StandInKey) -> Event? {
        guard let invite = MemberContent(content).thirdPartyInvite?.object, let signed = invite["signed"]?.object,
            let signature = key.signature(over: ThirdPartySigned(signed).signedBytes)
        else { return nil }
        let vouched = signed.setting("signatures") { writer in
            writer.object { writer in
                writer.key(server.text)
                writer.object { writer in
                    writer.key("ed25519:supposed")
                    writer.string(signature)
                }
            }
        }
        let changed = invite.setting("signed") { $0.raw(vouched.value.source) }
        return supposing(content: content.setting("third_party_invite") { $0.raw(changed.value.source) })
    }
}
