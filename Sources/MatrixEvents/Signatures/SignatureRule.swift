package import CanonicalJSON

/// What makes a PDU's signatures bad: it is dropped, not rejected
/// (Matrix specification, server-server API, "Checks performed on receipt of a PDU", 2).
package enum SignatureRule: String, CaseIterable, Sendable {
    case missing = "signatures.missing"
    case invalid = "signatures.invalid"
    case keyExpired = "signatures.key_expired"
    case keyBanned = "signatures.key_banned"

    /// The rules of `version`, in the order in which they are tried.
    package static func rules(of version: RoomVersion) -> [SignatureRule] {
        allCases.filter { $0 != .keyExpired || version.format.checksKeyValidity }
    }

    package var title: String {
        switch self {
        case .missing: "every server that has to sign the event has an Ed25519 signature on it"
        case .invalid: "every signature that such a server made with a known key verifies"
        case .keyExpired: "some such key was in use when the event was made"
        case .keyBanned: "some such key is not known to everyone"
        }
    }
}

/// A PDU whose signatures are bad: which rule, and whose signature.
package struct SignatureViolation: Error, Hashable, Sendable {
    package let rule: SignatureRule
    package let server: ServerName
    /// The key that the signature names; `nil` where there is no signature.
    package let keyID: UTF8Text?

    init(_ rule: SignatureRule, of server: ServerName, keyID: UTF8Text? = nil) {
        self.rule = rule
        self.server = server
        self.keyID = keyID
    }

    /// One sentence that names the server and the key.
    package var explanation: String {
        // A hostile event can name very long ones.
        let server = server.text.string.prefix(255)
        let key = keyID.map { $0.string.prefix(255) } ?? "none"
        return switch rule {
        case .missing: "the event needs an Ed25519 signature by \(server), and has none"
        case .invalid: "the signature by \(server) with its key \(key) does not verify"
        case .keyExpired: "the key \(key) of \(server) expired before the event was made"
        case .keyBanned: "everyone knows the private key behind the key \(key) of \(server)"
        }
    }
}
