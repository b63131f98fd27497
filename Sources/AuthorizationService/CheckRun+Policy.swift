import EventAuthorization
import JSONRPC
import MatrixEvents

extension CheckRun {
    /// Where the room's policy server has not signed the event, though one is in use in the current state and the event
    /// is not its configuration (server-server API, "Policy Servers"); otherwise `nil`.
    ///
    /// In the draft of 2014 that signature is a rule among the others.
    func policyViolation(for event: Event) throws(Unfinished) -> PolicyViolation? {
        guard params.asksFor("policy"), version != .draft2014, event.stateKeyPair != StateKey(.policy) else {
            return nil
        }
        let name: StaticString = params["current_state"] == nil ? "state" : "current_state"
        let path = params.path(to: name)
        let state = try atHand.state(params.references(name) ?? [], of: (event.roomID, version), at: path)
        guard let policy = try state.policyEvent(at: path), let server = PolicyServer(configuredBy: policy),
            state.contains(where: { $0.isJoin(from: server.name) })
        else { return nil }
        guard let signature = server.signature(on: event) else {
            return PolicyViolation(.missingSignature, server: server.name, configuredBy: policy.id)
        }
        guard server.verifies(signature, on: event) else {
            return PolicyViolation(.badSignature, server: server.name, configuredBy: policy.id)
        }
        return nil
    }
}

extension [Event] {
    fileprivate func policyEvent(at path: JSONPointer) throws(Unfinished) -> Event? {
        let indices = indices.filter { self[$0].stateKeyPair == StateKey(.policy) }
        guard indices.count < 2 || Set(indices.map { self[$0].id }).count == 1 else {
            let expected = "a state with one event at \(StateKey(.policy)), not two"
            throw .failed(.invalidParams(path: path.appending(indices[1]), expected: expected))
        }
        return indices.first.map { self[$0] }
    }
}

extension Event {
    /// Whether a user of `server` has joined by this state event.
    fileprivate func isJoin(from server: ServerName) -> Bool {
        guard type == .member, MemberContent(content).membership == .join else { return false }
        return stateKey.flatMap { UserID($0) }?.serverName == server
    }
}
