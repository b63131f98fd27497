package import FoundationEssentials

/// Everything by which callers are known.
package struct Credentials: Equatable, Sendable {
    package private(set) var all: [Credential] = []

    package init() {}

    /// Throws `nameInUse` where there is a credential of that name, and `sameProof` where one is known by the same.
    package mutating func add(_ credential: Credential) throws(CredentialsError.Problem) {
        guard !all.contains(where: { $0.name == credential.name }) else { throw .nameInUse(credential.name) }
        if let other = all.first(where: { $0.proof == credential.proof }) { throw .sameProof(as: other.name) }
        all.append(credential)
    }

    /// Who shows `token`; `nil` for nobody, and for one whose credential has expired. It takes the same time whichever
    /// token it is, and whether it is known.
    package func credential(showing token: Token, at now: Date) -> Credential? {
        let hash = token.sha256
        var found: Credential?
        for credential in all {
            guard case .token(let known) = credential.proof else { continue }
            if isSame(known, hash) { found = credential }
        }
        return found.flatMap { $0.isGood(at: now) ? $0 : nil }
    }

    /// Who shows a certificate for one of `names`; `nil` for nobody.
    package func credential(withCertificateFor names: [String], at now: Date) -> Credential? {
        all.first { credential in
            guard case .certificate(let name) = credential.proof else { return false }
            return names.contains { $0.lowercased() == name.lowercased() } && credential.isGood(at: now)
        }
    }

    /// What is now known by the same as `credential`, whatever it has become; `nil` where that is taken back.
    package func current(_ credential: Credential) -> Credential? {
        all.first { $0.proof == credential.proof }
    }

    /// Compares every byte, wherever the first difference is.
    private func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
