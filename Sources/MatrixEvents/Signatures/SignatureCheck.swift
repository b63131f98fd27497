import CanonicalJSON

/// The check of an event's signatures with the keys at hand
/// (Matrix specification, server-server API, "Checks performed on receipt of a PDU", 2).
package struct SignatureCheck: Sendable {
    private let keys: KeyRing
    private let now: Timestamp

    /// - Parameter now: bounds, together with the keys' own dates, the time for which keys are trusted.
    package init(keys: KeyRing, now: Timestamp) {
        self.keys = keys
        self.now = now
    }

    /// How many signatures of one server are verified. Servers make one; an event of the largest size has room for some
    /// five hundred, each of which costs a verification. Only the first are, in the order written.
    package static let verificationLimit = 16

    /// How long after `now` a key is trusted at most, whatever its server says.
    private static let trustedDays: Int64 = 7

    /// What comes of the signatures that `event` needs.
    ///
    /// - Parameters:
    ///   - servers: servers that must have signed beside those of ``Event/requiredSigners``.
    ///   - late: servers whose turn to sign has not come yet.
    package func finding(
        for event: Event,
        alsoSignedBy servers: [ServerName] = [],
        notYetBy late: [ServerName] = []
    ) -> SignatureFinding {
        let required = event.requiredSigners.filter { !late.contains($0) }
        let signed = SignedEvent(event)
        var missing: [ServerKeyID] = []
        for server in required + servers.filter({ !required.contains($0) }) {
            switch finding(for: signed, by: server) {
            case .verified: continue
            case .violation(let violation): return .violation(violation)
            case .keysMissing(let ids): missing += ids
            }
        }
        return missing.isEmpty ? .verified : .keysMissing(missing)
    }

    /// The servers whose good signatures are all that the signatures of `event` lack; none where they lack nothing, and where
    /// keys are missing.
    package func serversToSign(_ event: Event) -> [ServerName] {
        var servers: [ServerName] = []
        while true {
            switch finding(for: event, notYetBy: servers) {
            case .verified: return servers
            case .keysMissing: return []
            case .violation(let violation):
                guard !servers.contains(violation.server) else { return [] }
                servers.append(violation.server)
            }
        }
    }

    /// The servers whose keys at hand do not suffice to decide `event`.
    package func serversLackingKeys(
        for event: Event,
        alsoSignedBy servers: [ServerName] = []
    ) -> Set<ServerName> {
        let signed = SignedEvent(event)
        return Set(event.requiredSigners + servers).filter { server in
            event.signatureIDs(by: server).contains { id in
                let standing = standing(of: id, for: signed)
                return standing == .unknown || standing == .outdated
            }
        }
    }

    /// What a key is good for, where an event is signed with it.
    private enum Standing: Equatable {
        case valid(PublicKey)
        case unknown
        /// Nobody has vouched for the key at the event's time yet.
        case outdated
        /// The server had stopped using it.
        case expired
        case banned
    }

    private func finding(for signed: SignedEvent, by server: ServerName) -> SignatureFinding {
        let ids = signed.event.signatureIDs(by: server)
        guard !ids.isEmpty else { return .violation(SignatureViolation(.missing, of: server)) }
        let standings = ids.map { (id: $0, standing: standing(of: $0, for: signed)) }
        var verifiedCount = 0
        for (id, standing) in standings {
            guard case .valid(let key) = standing, verifiedCount < Self.verificationLimit else { continue }
            guard signed.isSigned(by: id, key) else {
                return .violation(SignatureViolation(.invalid, of: server, keyID: id.keyID))
            }
            verifiedCount += 1
        }
        guard verifiedCount == 0 else { return .verified }
        let missing = standings.filter { $0.standing == .unknown || $0.standing == .outdated }.map(\.id)
        guard missing.isEmpty else { return .keysMissing(missing) }
        let expired = standings.first { $0.standing == .expired }
        let rule: SignatureRule = expired == nil ? .keyBanned : .keyExpired
        return .violation(SignatureViolation(rule, of: server, keyID: (expired?.id ?? ids.first)?.keyID))
    }

    private func standing(of id: ServerKeyID, for signed: SignedEvent) -> Standing {
        guard let key = keys[id] else { return .unknown }
        if key.publicKey.isPubliclyKnown { return .banned }
        // Until v4 a key that was valid once is valid for ever.
        guard signed.event.roomVersion.format.checksKeyValidity else { return .valid(key.publicKey) }
        let moment = signed.event.originServerTS
        if let expired = key.expired { return moment <= expired ? .valid(key.publicKey) : .expired }
        guard let validUntil = key.validUntil else { return .valid(key.publicKey) }
        let isVouchedFor = moment <= min(validUntil, now.adding(days: Self.trustedDays))
        return isVouchedFor ? .valid(key.publicKey) : .outdated
    }
}

/// What comes of an event's signatures.
package enum SignatureFinding: Hashable, Sendable {
    case verified
    case violation(SignatureViolation)
    /// Nothing can be said for want of these keys, or of newer word of how long they are valid.
    case keysMissing([ServerKeyID])
}

/// An event, and the bytes that its signatures cover, made when they are first asked for.
private final class SignedEvent {
    let event: Event
    private lazy var bytes = event.signedBytes

    init(_ event: Event) {
        self.event = event
    }

    func isSigned(by id: ServerKeyID, _ key: PublicKey) -> Bool {
        guard let signature = event.signatures(by: id.server)?[id.keyID]?.text else { return false }
        return key.verifies(signature, of: bytes)
    }
}

extension Event {
    /// The keys with which `server` signed the event, as far as servers sign events with such keys.
    fileprivate func signatureIDs(by server: ServerName) -> [ServerKeyID] {
        signatures(by: server)?.map { ServerKeyID(server: server, keyID: $0.key) }.filter(\.signsEvents) ?? []
    }
}
