package import MatrixEvents

/// An event that another one cites, and whether it is known to have been rejected.
package struct CitedEvent: Sendable {
    package let event: AuthEvent
    package let isRejected: Bool

    package init(_ event: AuthEvent, isRejected: Bool = false) {
        self.event = event
        self.isRejected = isRejected
    }

    package init(_ event: Event, isRejected: Bool = false) {
        self.init(AuthEvent(event), isRejected: isRejected)
    }
}

/// What an event's room id says of the room's create event.
package enum ImpliedCreate: Sendable {
    /// The room version does not imply one: it is to be cited. (In the draft of 2014: none is reachable.)
    case none
    /// The event that the room id names, or in the draft of 2014 the create event that is reachable from the citations.
    case event(CitedEvent)
    /// The room id can name no event.
    case impossible
}

/// The authorization rules: pure functions of an event and what it is held against.
package enum Authorization {
    /// Decides `event` by its own claims: all rules, over the events it cites
    /// (server-server API, "Checks performed on receipt of a PDU", 4).
    package static func decide(_ event: Event, citing cited: [CitedEvent], create: ImpliedCreate) -> Decision {
        var walk = RuleWalk(event, observer: NoTrace())
        return walk.decision(citing: cited, create: create)
    }

    /// Decides as ``decide(_:citing:create:)`` does, and tells every rule tried.
    package static func explain(
        _ event: Event,
        citing cited: [CitedEvent],
        create: ImpliedCreate
    ) -> (decision: Decision, trace: [RuleTrial]) {
        let recorder = TraceRecorder()
        var walk = RuleWalk(event, observer: recorder)
        return (walk.decision(citing: cited, create: create), recorder.trials)
    }

    /// Decides `event` by a state of its room: the rules that depend on state, not those about citations
    /// (server-server API, "Checks performed on receipt of a PDU", 5 and 6).
    package static func decide(_ event: Event, in state: ProtocolState) -> Decision {
        RuleWalk(event, state: state, observer: NoTrace()).decisionInState()
    }

    /// Decides as ``decide(_:in:)`` does, and tells every rule tried.
    package static func explain(
        _ event: Event,
        in state: ProtocolState
    ) -> (decision: Decision, trace: [RuleTrial]) {
        let recorder = TraceRecorder()
        let decision = RuleWalk(event, state: state, observer: recorder).decisionInState()
        return (decision, recorder.trials)
    }
}

extension Authorization {
    /// Whether servers carry out the redaction `event` of what another server's user sent, which the rules allow
    /// (room version 3, "Handling redactions"): by the rule that authorized redactions until then. `nil` where the rules have
    /// seen to it.
    package static func decideEffect(ofRedaction event: Event, in state: ProtocolState) -> Decision? {
        let walk = RuleWalk(event, state: state, observer: NoTrace())
        guard event.roomVersion != .draft2014, !walk.rules.redactionsNeedPower else { return nil }
        do throws(Decision) {
            try walk.decideRedaction(try walk.senderLevel())
        } catch {
            return error
        }
    }

    /// The power of `user` in `state`; `nil` where its power levels cannot be read.
    ///
    /// - Parameter event: an event of the room, which names its version.
    package static func powerLevel(of user: UserID, in state: ProtocolState, for event: Event) -> PowerLevel? {
        let walk = RuleWalk(event, state: state, observer: NoTrace())
        do throws(Decision) {
            return try walk.level(of: user.text)
        } catch {
            return nil
        }
    }
}

extension RuleWalk {
    fileprivate mutating func decision(citing cited: [CitedEvent], create: ImpliedCreate) -> Decision {
        do throws(Decision) {
            if event.roomVersion == .draft2014 {
                try decideByDraft(citing: cited, create: create)
            }
            if event.isCreate { try decideCreate() }
            try takeState(from: cited, create: create)
            try decideByState()
        } catch {
            return error
        }
    }

    fileprivate func decisionInState() -> Decision {
        do throws(Decision) {
            if event.roomVersion == .draft2014 { try decideByDraftState() }
            if event.isCreate { try decideCreate() }
            try decideByState()
        } catch {
            return error
        }
    }

    /// The rules that depend on state, in the order of the specification.
    private func decideByState() throws(Decision) -> Never {
        try checkFederation()
        if rules.aliasesNeedOnlyTheirServer, event.type == .aliases { try decideAliases() }
        if event.type == .member { try decideMember() }
        try decideOtherEvent()
    }
}
