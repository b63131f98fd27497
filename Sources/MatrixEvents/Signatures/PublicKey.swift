package import CanonicalJSON
import Crypto

/// An Ed25519 public key.
package struct PublicKey: Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]
    private let key: Curve25519.Signing.PublicKey

    /// `nil` where the count is not 32. Whether the bytes are a point of the curve shows when a signature is verified.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return nil
        }
        self.bytes = bytes
        self.key = key
    }

    /// The key that `text` writes in base64, in either alphabet.
    package init?(base64 text: UTF8Text) {
        guard let bytes = Base64.decode(text.bytes) else { return nil }
        self.init(bytes: bytes)
    }

    /// Unpadded base64.
    package var base64: UTF8Text { UTF8Text(utf8: Base64.encode(bytes)) }

    /// Whether everyone knows the private key, so that a signature by it says nothing (CVE-2026-24044).
    package var isPubliclyKnown: Bool { Self.publiclyKnown.contains(base64) }

    private static let publiclyKnown = [UTF8Text("l/O9hxMVKB6Lg+3Hqf0FQQZhVESQcMzbPN1Cz2nM3og")]

    /// Whether `signature`, in base64, is one of `message` by this key. What cannot be decoded is none.
    package func verifies(_ signature: UTF8Text, of message: [UInt8]) -> Bool {
        guard let bytes = Base64.decode(signature.bytes), bytes.count == 64 else { return false }
        return key.isValidSignature(bytes, for: message)
    }
}

extension PublicKey: Hashable {
    package static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.bytes == right.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }
}
