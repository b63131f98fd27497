package import FoundationEssentials
package import JSONRPC

/// Something by which a caller is known, and what it opens.
package struct Credential: Equatable, Sendable {
    /// What a caller shows.
    package enum Proof: Equatable, Sendable {
        /// A token of which this is the SHA-256 hash. A token is 256 random bits, so that nobody finds it by guessing, and
        /// a hash that is slow to make would only slow down those who check it.
        case token(sha256: [UInt8])
        /// A client certificate, issued for this DNS name by an authority that the server trusts.
        case certificate(name: String)
    }

    /// Whoever shows it.
    package let caller: Caller
    package let proof: Proof
    /// When it ceases to be good; `nil` for never.
    package let expires: Date?

    package init(name: String, roles: Set<Role>, proof: Proof, expires: Date? = nil) {
        caller = Caller(name: name, roles: roles)
        self.proof = proof
        self.expires = expires
    }

    /// What logs call whoever shows it.
    package var name: String { caller.name }

    package func isGood(at now: Date) -> Bool {
        expires.map { now < $0 } ?? true
    }
}
