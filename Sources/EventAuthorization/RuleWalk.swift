import CanonicalJSON
import MatrixEvents

/// Sees every rule that a walk tries, in order.
protocol RuleObserver {
    func tried(
        _ rule: Rule,
        _ outcome: RuleTrial.Outcome,
        comparing comparison: () -> Comparison,
        reading events: () -> [EventID]
    )
}

/// Goes through the rules for one event in the order of the specification, until one decides.
///
/// The rules themselves stand in `Rules/`, a file a subject, a line a rule. A rule that decides throws its decision.
struct RuleWalk<Observer: RuleObserver> {
    let event: Event
    let rules: AuthorizationRules
    var state: ProtocolState
    let observer: Observer

    init(_ event: Event, state: ProtocolState = ProtocolState(), observer: Observer) {
        self.event = event
        self.state = state
        self.observer = observer
        rules = AuthorizationRules(event.roomVersion)
    }

    /// Denies the event where `condition` holds.
    func reject(
        _ rule: Rule,
        if condition: Bool,
        comparing comparison: @autoclosure () -> Comparison = [:],
        reading parts: @autoclosure () -> ProtocolState.Parts = []
    ) throws(Decision) {
        try reject(rule, if: condition, comparing: comparison(), readingEvents: ids(of: parts()))
    }

    /// Denies the event where `condition` holds, for what it found in `events`.
    func reject(
        _ rule: Rule,
        if condition: Bool,
        comparing comparison: @autoclosure () -> Comparison = [:],
        readingEvents events: @autoclosure () -> [EventID]
    ) throws(Decision) {
        observer.tried(rule, condition ? .rejected : .passed, comparing: comparison, reading: events)
        guard condition else { return }
        throw decision(.deny, rule, comparing: comparison, reading: events)
    }

    /// Allows the event where `condition` holds.
    func allow(
        _ rule: Rule,
        if condition: Bool,
        comparing comparison: @autoclosure () -> Comparison = [:],
        reading parts: @autoclosure () -> ProtocolState.Parts = []
    ) throws(Decision) {
        observer.tried(rule, condition ? .allowed : .skipped, comparing: comparison, reading: { ids(of: parts()) })
        guard condition else { return }
        throw decision(.allow, rule, comparing: comparison, reading: { ids(of: parts()) })
    }

    /// Denies the event, whatever else it is.
    func reject(
        _ rule: Rule,
        comparing comparison: @autoclosure () -> Comparison = [:],
        reading parts: @autoclosure () -> ProtocolState.Parts = []
    ) throws(Decision) -> Never {
        let decision = decision(.deny, rule, comparing: comparison, reading: { ids(of: parts()) })
        observer.tried(rule, .rejected, comparing: { decision.comparison }, reading: { decision.decidedBy })
        throw decision
    }

    /// Allows the event, whatever else it is.
    func allow(
        _ rule: Rule,
        comparing comparison: @autoclosure () -> Comparison = [:],
        reading parts: @autoclosure () -> ProtocolState.Parts = []
    ) throws(Decision) -> Never {
        let decision = decision(.allow, rule, comparing: comparison, reading: { ids(of: parts()) })
        observer.tried(rule, .allowed, comparing: { decision.comparison }, reading: { decision.decidedBy })
        throw decision
    }

    /// Stands apart from the rules because it runs once an event. Inlined into every rule it also breaks the optimiser
    /// of Swift 6.3.1 ("Found ownership error").
    @inline(never)
    private func decision(
        _ verdict: Decision.Verdict,
        _ rule: Rule,
        comparing comparison: () -> Comparison,
        reading events: () -> [EventID]
    ) -> Decision {
        Decision(verdict: verdict, rule: rule, comparison: comparison(), decidedBy: events())
    }
}

extension ProtocolState {
    /// Parts of the protocol state that a rule reads.
    struct Parts: OptionSet {
        let rawValue: UInt8
        static var create: Parts { Parts(rawValue: 1) }
        static var powerLevels: Parts { Parts(rawValue: 2) }
        static var joinRules: Parts { Parts(rawValue: 4) }
        static var sender: Parts { Parts(rawValue: 8) }
        static var target: Parts { Parts(rawValue: 16) }
        static var authorisingUser: Parts { Parts(rawValue: 32) }
        static var thirdPartyInvite: Parts { Parts(rawValue: 64) }
        static var policy: Parts { Parts(rawValue: 128) }
    }
}

extension RuleWalk {
    /// The ids of those `parts` that are there, none twice. Stripped events have none.
    private func ids(of parts: ProtocolState.Parts) -> [EventID] {
        var ids: [EventID] = []
        ids.reserveCapacity(parts.rawValue.nonzeroBitCount)
        func add(_ part: ProtocolState.Parts, _ event: @autoclosure () -> AuthEvent?) {
            guard parts.contains(part), let event = event(), !event.isStripped, !ids.contains(where: { $0 == event.id })
            else { return }
            ids.append(event.id)
        }
        add(.create, state.create)
        add(.powerLevels, state.powerLevels)
        add(.joinRules, state.joinRules)
        add(.sender, state.member(event.sender.text))
        add(.target, event.stateKey.flatMap { state.member($0) })
        add(.authorisingUser, MemberContent(event.content).authorisingUserText.flatMap { state.member($0) })
        add(.thirdPartyInvite, state.thirdPartyInvite)
        add(.policy, state.policy)
        return ids
    }
}
