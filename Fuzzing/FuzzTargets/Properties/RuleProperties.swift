import EventAuthorization
import MatrixEvents

/// The rules decide every case, the same way each time, by a rule of the room version.
func checkRules(_ input: [UInt8]) throws {
    guard let chosen = ChosenCase(input) else { return }
    let decision = chosen.decision
    try checkRule(decision, of: chosen)
    try checkTrace(decision, of: chosen)
    try checkRepetition(decision, of: chosen)
    try checkBannedSender(decision, of: chosen)
    try checkState(decision, of: chosen)
    try checkMorePower(decision, of: chosen)
    try checkNearest(decision, of: chosen)
}

private func checkRule(_ decision: Decision, of chosen: ChosenCase) throws {
    let version = chosen.event.roomVersion
    let description = decision.rule.description
    try hold("\(decision.rule.rawValue) is a rule of \(version)", description.applies(to: version))
    try hold("\(decision.rule.rawValue) decides as its description says", description.verdict == decision.verdict)
    try hold("there is a reason", !decision.reason.isEmpty)
    var known = Set(chosen.cited.map(\.event.id))
    if case .event(let create) = chosen.create { known.insert(create.event.id) }
    try hold("a decision rests on what is cited", known.isSuperset(of: decision.decidedBy))
}

private func checkTrace(_ decision: Decision, of chosen: ChosenCase) throws {
    let (explained, trace) = chosen.explanation
    try hold("explaining does not change the decision", explained.gist == decision.gist)
    guard let last = trace.last else { throw BrokenProperty(description: "some rule is tried") }
    try hold("the last rule tried decides", last.rule == decision.rule)
    try hold("its outcome is the verdict", last.outcome == (decision.verdict == .allow ? .allowed : .rejected))
    let order = RuleDescription.rules(of: chosen.event.roomVersion).map(\.rule)
    for trial in trace.dropLast() {
        try hold("\(trial.rule.rawValue) did not decide", trial.outcome == .passed || trial.outcome == .skipped)
        try hold("\(trial.rule.rawValue) is a rule of the version", order.contains(trial.rule))
    }
}

private func checkRepetition(_ decision: Decision, of chosen: ChosenCase) throws {
    try hold("the same is decided again", chosen.decision.gist == decision.gist)
    let detached = chosen.cited.map { cited in
        CitedEvent(AuthEvent(detached: cited.event, sharing: cited.event.roomID), isRejected: cited.isRejected)
    }
    try hold("events in memory decide as those read", chosen.citing(detached).decision.gist == decision.gist)
    let reversed = chosen.citing(chosen.cited.reversed()).decision
    try hold("the order of citations decides nothing", reversed.rule == decision.rule)
}

/// Who is banned may do what needs no membership: make a room, the join that follows, publish aliases (until v5), and
/// what a policy server or a third party vouches for.
private func checkBannedSender(_ decision: Decision, of chosen: ChosenCase) throws {
    let sender = StateKey(.member, chosen.event.sender.text)
    let isBanned = chosen.cited.contains { $0.event.stateKeyPair == sender && $0.event.membership == .ban }
    guard isBanned, decision.verdict == .allow else { return }
    let exceptions: [Rule] = [
        .createAllow, .aliasesAllow, .memberJoinCreator, .memberInvite3pSigned, .draftCreateFirst, .draftPolicySigned,
        .draftMemberJoinCreator,
    ]
    try hold("\(decision.rule.rawValue) allows nothing to a banned sender", exceptions.contains(decision.rule))
}

/// The rules about state say of the state that is cited what they say of the citations.
private func checkState(_ decision: Decision, of chosen: ChosenCase) throws {
    let event = chosen.event
    let isAboutCitations = ["auth_events", "room", "create"].contains { decision.rule.rawValue.hasPrefix($0 + ".") }
    guard event.roomVersion != .draft2014, !isAboutCitations else { return }
    let selection = AuthEventSelection(for: event)
    var state = ProtocolState()
    if case .event(let create) = chosen.create { state.create = create.event }
    for cited in chosen.cited {
        let slot = cited.event.stateKeyPair.flatMap { selection.slot(for: $0) }
        guard let slot, state.place(cited.event, in: slot) else {
            throw BrokenProperty(description: "what is cited has a place of its own")
        }
    }
    try hold("the same is decided in the state", Authorization.decide(event, in: state).gist == decision.gist)
}

/// What is said to turn a denial turns it, and an allowance needs nothing.
private func checkNearest(_ decision: Decision, of chosen: ChosenCase) throws {
    let held = AuthorizationCase(chosen.event, claims: .init(citing: chosen.cited, create: chosen.create))
    let changes = held.nearestChanges()
    if decision.verdict == .allow { return try hold("an allowance needs no change", changes.isEmpty) }
    if changes.isEmpty { return }
    let mended = held.applying(changes)?.decide()
    try hold("\(decision.rule.rawValue) is turned by \(changes)", mended?.verdict == .allow)
}

extension Decision {
    /// Everything that a client sees of it.
    fileprivate var gist: String { "\(rule.rawValue) \(decidedBy) \(reason)" }
}
