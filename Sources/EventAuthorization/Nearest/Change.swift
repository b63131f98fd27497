package import CanonicalJSON
package import MatrixEvents

/// One thing that could be otherwise about an event, or about what it is held against.
package enum Change: Sendable {
    case power(of: UserID, from: PowerLevel, to: PowerLevel)
    /// A level of the current power levels that cannot be read is taken out. `path` is a JSON pointer into the content.
    case levelRemoved(path: UTF8Text, from: Comparison.Value)
    case membership(of: UserID, from: Membership, to: Membership)
    case joinRule(from: Comparison.Value, to: JoinRule)
    /// The event has an ordinary signature by `server`.
    case signature(by: ServerName)
    /// The event has a signature by the room's policy server, which verifies.
    case policySignature(by: ServerName)
    /// What an identity server signed in a third-party invite is signed with a key of that invite's.
    case identitySignature(by: ServerName)
    /// The event cites the room's state event at this place.
    case citing(StateKey)
    /// The event no longer cites this one.
    case notCiting(EventID)
    /// The cited event has not been rejected.
    case accepted(EventID)
    case stateKey(from: UTF8Text?, to: UTF8Text)
}

extension Change {
    /// What a change changes: of two changes of one subject, the later one counts.
    enum Subject: Hashable {
        case power(UserID)
        case level(UTF8Text)
        case membership(UserID)
        case joinRule
        case signature(ServerName)
        case place(StateKey)
        case citation(EventID)
        case stateKey
    }

    var subject: Subject {
        switch self {
        case .power(let user, _, _): .power(user)
        case .levelRemoved(let path, _): .level(path)
        case .membership(let user, _, _): .membership(user)
        case .joinRule: .joinRule
        case .signature(let server), .policySignature(let server), .identitySignature(let server): .signature(server)
        case .citing(let key): .place(key)
        case .notCiting(let id), .accepted(let id): .citation(id)
        case .stateKey: .stateKey
        }
    }

    /// This change after `earlier`, of the same subject; `nil` where the two do not make one: only power can be raised, and
    /// raised again.
    func after(_ earlier: Change) -> Change? {
        guard case .power(let user, _, let to) = self, case .power(_, let from, _) = earlier else { return nil }
        return .power(of: user, from: from, to: to)
    }
}
