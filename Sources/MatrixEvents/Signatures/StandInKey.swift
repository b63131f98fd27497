package import CanonicalJSON
import Crypto

/// A key in place of one that nobody here has, so that it can be asked what would be decided of an event if the owner of that
/// one had signed it.
package struct StandInKey: Sendable {
    private let key = Curve25519.Signing.PrivateKey()

    package init() {}

    /// The public half, as events publish keys.
    package var publicKey: UTF8Text { UTF8Text(utf8: Base64.encode(Array(key.publicKey.rawRepresentation))) }

    /// The signature over `bytes`; `nil` where none could be made.
    package func signature(over bytes: [UInt8]) -> UTF8Text? {
        guard let signature = try? key.signature(for: bytes) else { return nil }
        return UTF8Text(utf8: Base64.encode(Array(signature)))
    }
}
