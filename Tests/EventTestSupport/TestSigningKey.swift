import CanonicalJSON
import Crypto
import Foundation
package import MatrixEvents

/// A server's signing key, the same in every run: its seed is the hash of its owner's name.
package struct TestSigningKey: Sendable {
    package static let id = "ed25519:1"

    private let key: Curve25519.Signing.PrivateKey

    package init(of owner: String) {
        let seed = Hash256(hashing: Array("the signing key of \(owner)".utf8)).bytes
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            preconditionFailure("Any 32 bytes are an Ed25519 seed")
        }
        self.key = key
    }

    /// The key whose seed is `base64`.
    package init?(seed base64: String) {
        guard let seed = Base64.decode(Array(base64.utf8)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { return nil }
        self.key = key
    }

    /// Unpadded base64.
    package func publicKey(_ alphabet: Base64.Alphabet = .standard) -> String {
        String(decoding: Base64.encode(Array(key.publicKey.rawRepresentation), alphabet: alphabet), as: UTF8.self)
    }

    /// The signature over `bytes` in unpadded base64.
    package func signature(over bytes: [UInt8]) -> String {
        guard let signature = try? key.signature(for: Data(bytes)) else {
            preconditionFailure("Ed25519 signs any bytes")
        }
        return String(decoding: Base64.encode(signature), as: UTF8.self)
    }

    /// `object` as a third party signs it: with `signatures`, which cover everything but themselves and `unsigned`.
    package func signing(_ object: TestJSON, as entity: String) throws -> TestJSON {
        let covered = object.setting("signatures", to: nil).setting("unsigned", to: nil)
        let message = try JSONDocument(parsing: covered.bytes).root.canonicalBytes()
        return object.setting("signatures", to: [entity: [Self.id: .string(signature(over: message))]])
    }
}
