package import CanonicalJSON
import Crypto

/// What an identity server signed when it bound an invited third-party address to a user: the `signed` object of an
/// m.room.member's `third_party_invite`.
package struct ThirdPartySigned: Sendable {
    private let object: JSONObject

    package init(_ object: JSONObject) {
        self.object = object
    }

    package var userID: UTF8Text? { object["mxid"]?.text }
    package var token: UTF8Text? { object["token"]?.text }

    /// The first server that put a signature under the object, whether that verifies or not.
    package var signer: ServerName? { object["signatures"]?.object?.first { _ in true }.map { ServerName($0.key) } }

    /// What a signature of the object covers.
    package var signedBytes: [UInt8] {
        var writer = CanonicalWriter()
        writer.writeObject(object, where: { !($0 == "signatures" || $0 == "unsigned") })
        return writer.bytes
    }

    /// How many signatures, and how many keys, are tried. An identity server makes one signature and publishes two keys;
    /// an event of the largest size has room for half a million pairs, each of which costs a verification.
    package static let verificationLimit = 16

    /// Whether any `ed25519` signature, of whatever entity, verifies with any key that the m.room.third_party_invite
    /// `event` publishes. Every key of the object is signed but `signatures` and `unsigned`.
    ///
    /// Of the well-formed signatures and keys only the first ``verificationLimit`` are tried, in the order written.
    package func isVerified(byKeysOf event: AuthEvent) -> Bool {
        let signatures = Self.signatures(in: object).prefix(Self.verificationLimit)
        guard !signatures.isEmpty else { return false }
        let message = signedBytes
        return Self.publicKeys(in: event.content).prefix(Self.verificationLimit).contains { key in
            signatures.contains { key.isValidSignature($0, for: message) }
        }
    }

    private static func signatures(in object: JSONObject) -> [[UInt8]] {
        var signatures: [[UInt8]] = []
        for (_, keys) in object["signatures"]?.object?.map({ $0 }) ?? [] {
            for (keyID, signature) in keys.object?.map({ $0 }) ?? [] where keyID.prefix(8) == "ed25519:" {
                guard let bytes = signature.text.flatMap({ Base64.decode($0.bytes) }), bytes.count == 64 else {
                    continue
                }
                signatures.append(bytes)
            }
        }
        return signatures
    }

    private static func publicKeys(in content: JSONObject) -> [Curve25519.Signing.PublicKey] {
        let single = content["public_key"]?.text
        let listed = content["public_keys"]?.array?.map { $0.object?["public_key"]?.text } ?? []
        return ([single] + listed).compactMap { text in
            guard let bytes = text.flatMap({ Base64.decode($0.bytes) }) else { return nil }
            return try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        }
    }
}
