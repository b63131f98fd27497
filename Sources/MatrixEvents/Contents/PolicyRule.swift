import CanonicalJSON

/// What makes an event fail softly in a room with a policy server
/// (Matrix specification, server-server API, "Policy Servers").
package enum PolicyRule: String, CaseIterable, Sendable {
    case missingSignature = "policy.missing_signature"
    case badSignature = "policy.bad_signature"

    /// The rules of `version`, in the order in which they are tried. The draft of 2014 has others, among its own.
    package static func rules(of version: RoomVersion) -> [PolicyRule] {
        version == .draft2014 ? [] : allCases
    }

    package var title: String {
        switch self {
        case .missingSignature: "where a policy server is in use, it has signed every event but its own configuration"
        case .badSignature: "the policy server's signature verifies with the key in m.room.policy"
        }
    }
}

/// An event that a room's policy server has not signed.
package struct PolicyViolation: Error, Hashable, Sendable {
    package let rule: PolicyRule
    package let server: ServerName
    /// The m.room.policy event that names the server and its key.
    package let configuration: EventID

    package init(_ rule: PolicyRule, server: ServerName, configuredBy configuration: EventID) {
        self.rule = rule
        self.server = server
        self.configuration = configuration
    }

    /// One sentence that names the server and the key.
    package var explanation: String {
        let server = server.text.string.prefix(255)
        return switch rule {
        case .missingSignature:
            "the room's policy server \(server) has not signed the event with its key ed25519:policy_server"
        case .badSignature:
            "the signature by the policy server \(server) with its key ed25519:policy_server does not verify"
        }
    }
}
