package import CanonicalJSON
import Crypto

/// The policy server that an m.room.policy event names: its server and the key it signs events with.
package struct PolicyServer: Sendable {
    package let name: ServerName
    private let publicKey: [UInt8]

    /// `nil` where `event` configures no policy server: `via` and `public_keys.ed25519` are not both strings.
    package init?(configuredBy event: AuthEvent) {
        self.init(event.content)
    }

    /// `nil` where `content` configures no policy server.
    package init?(_ content: JSONObject) {
        guard let via = content["via"]?.text,
            let key = content["public_keys"]?.object?["ed25519"]?.text
        else { return nil }
        name = ServerName(via)
        publicKey = Base64.decode(key.bytes) ?? []
    }

    /// What the policy server put under `event`; `nil` where it put nothing.
    package func signature(on event: Event) -> UTF8Text? {
        event.json["signatures"]?.object?[name.text]?.object?["ed25519:policy_server"]?.text
    }

    /// Whether `signature` verifies over the redacted event, which is what every signature of an event covers.
    package func verifies(_ signature: UTF8Text, on event: Event) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
            let bytes = Base64.decode(signature.bytes)
        else { return false }
        return key.isValidSignature(bytes, for: event.signedBytes)
    }
}
