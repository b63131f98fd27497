import EventAuthorization
import JSONRPC
import MatrixEvents

extension CheckRun {
    /// Where the room's policy server has not signed the event, though one is in use in the current state and the event
    /// is not its configuration (server-server API, "Policy Servers"); otherwise `nil`.
    ///
    /// In the draft of 2014 that signature is a rule among the others.
    func policyViolation(
        for event: Event,
        _ basis: inout DecisionBasis?
    ) throws(Unfinished) -> PolicyViolation? {
        guard request.checks.contains(.policy), version != .draft2014, event.stateKeyPair != StateKey(.policy) else {
            return nil
        }
        // The current state, where both are given.
        guard let given = request.states.last else { return nil }
        let state = try atHand.state(given.references, of: (event.roomID, version), at: given.path)
        guard let policy = try state.policyEvent(at: given.path) else { return nil }
        basis?.hold(against: [policy], at: given.gate, among: atHand)
        guard let server = PolicyServer(configuredBy: policy),
            let join = state.first(where: { $0.isJoin(from: server.name) })
        else { return nil }
        basis?.hold(against: [join], at: given.gate, among: atHand)
        guard let signature = server.signature(on: event) else {
            return PolicyViolation(.missingSignature, server: server.name, configuredBy: policy.id)
        }
        guard server.verifies(signature, on: event) else {
            return PolicyViolation(.badSignature, server: server.name, configuredBy: policy.id)
        }
        return nil
    }
}

extension [AuthEvent] {
    fileprivate func policyEvent(at path: JSONPointer) throws(Unfinished) -> AuthEvent? {
        let indices = indices.filter { self[$0].stateKeyPair == StateKey(.policy) }
        guard indices.count < 2 || Set(indices.map { self[$0].id }).count == 1 else {
            let expected = "a state with one event at \(StateKey(.policy)), not two"
            throw .failed(.invalidParams(path: path.appending(indices[1]), expected: expected))
        }
        return indices.first.map { self[$0] }
    }
}

extension AuthEvent {
    /// Whether a user of `server` has joined by this state event.
    fileprivate func isJoin(from server: ServerName) -> Bool {
        guard membership == .join else { return false }
        return stateKey.flatMap { UserID($0) }?.serverName == server
    }
}
