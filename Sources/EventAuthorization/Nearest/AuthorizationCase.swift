import CanonicalJSON
package import MatrixEvents

/// An event and everything that it is held against, so that it can be asked what would be decided if something about them
/// were otherwise.
package struct AuthorizationCase: Sendable {
    /// What an event claims to be authorized by.
    package struct Claims: Sendable {
        package var cited: [CitedEvent]
        package var create: ImpliedCreate

        package init(citing cited: [CitedEvent], create: ImpliedCreate) {
            self.cited = cited
            self.create = create
        }
    }

    package var event: Event
    /// `nil` where the event is held against states alone.
    package var claims: Claims?
    /// The states that the event is held against after its claims, in this order.
    package var states: [ProtocolState]
    /// Whether the event is a redaction that is to take effect on what others sent. Until v2 the rules see to that.
    package var redactsOthers: Bool

    package init(_ event: Event, claims: Claims?, states: [ProtocolState] = [], redactsOthers: Bool = false) {
        precondition(claims != nil || !states.isEmpty, "Cannot hold an event against nothing")
        self.event = event
        self.claims = claims
        self.states = states
        self.redactsOthers = redactsOthers
    }

    /// The first denial, or where there is none what was decided last.
    package func decide() -> Decision {
        var decisions = states.lazy.map { Authorization.decide(event, in: $0) }.makeIterator()
        guard var decision = claims.map(decide) ?? decisions.next() else {
            preconditionFailure("A case has claims or a state")
        }
        while decision.verdict == .allow, let next = decisions.next() { decision = next }
        guard redactsOthers, decision.verdict == .allow,
            let effect = Authorization.decideEffect(ofRedaction: event, in: standing), effect.verdict == .deny
        else { return decision }
        return effect
    }

    private func decide(by claims: Claims) -> Decision {
        Authorization.decide(event, citing: claims.cited, create: claims.create)
    }

    /// The state that users' standing is read from: the first that is given, else that which the claims make.
    var standing: ProtocolState {
        if let state = states.first { return state }
        var state = ProtocolState()
        let selection = AuthEventSelection(for: event)
        for citation in claims?.cited ?? [] {
            guard let slot = citation.event.stateKeyPair.flatMap({ selection.slot(for: $0) }) else { continue }
            _ = state.place(citation.event, in: slot)
        }
        if case .event(let create) = claims?.create, state.create == nil { state.create = create.event }
        return state
    }
}
