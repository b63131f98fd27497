/// Why a file of credentials cannot be used.
package struct CredentialsError: Error, Equatable, CustomStringConvertible {
    package enum Problem: Error, Equatable, Sendable {
        case notJSON(String)
        case notAnObject
        case unknownKey(String)
        /// The member `key` is not what it must be.
        case expected(String, key: String)
        case nameInUse(String)
        /// The credential of that name is known by the same token or certificate.
        case sameProof(as: String)
    }

    /// Counted from 1.
    package let line: Int
    package let problem: Problem

    package init(line: Int, problem: Problem) {
        self.line = line
        self.problem = problem
    }

    package var description: String { "line \(line): \(problem)" }
}

extension CredentialsError.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let explanation): "not JSON: \(explanation)"
        case .notAnObject: "expected an object with name, roles, and token_sha256 or certificate"
        case .unknownKey(let key):
            "unknown key \"\(key)\": there are name, roles, token_sha256, certificate and expires"
        case .expected(let what, let key): "expected \(what) at \(key)"
        case .sameProof(let name): "the credential \"\(name)\" has the same token or certificate"
        case .nameInUse(let name): "there is a credential \"\(name)\" already"
        }
    }
}
