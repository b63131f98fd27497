import EventAuthorization
import JSONRPC
import MatrixEvents

/// One event on its way through the checks of a request, in their order: the first that denies it decides.
struct CheckRun {
    let params: Params
    let version: RoomVersion
    let atHand: EventsAtHand
    private let explains: Bool

    init(_ params: Params, version: RoomVersion, atHand: EventsAtHand) {
        self.params = params
        self.version = version
        self.atHand = atHand
        explains = params.optionalBool("explain") ?? false
    }

    /// The format of an event that cannot even be read.
    func result(of violation: FormatViolation) -> CheckResult {
        CheckResult(
            roomVersion: version,
            eventID: nil,
            gate: .format,
            finding: .violation(violation),
            isRedacted: false,
            trace: explains ? [] : nil
        )
    }

    /// Runs the checks that the request asks for.
    func result(for event: Event) throws(Unfinished) -> CheckResult {
        if params.asksFor("format") {
            do throws(FormatViolation) {
                try event.checkFormat()
            } catch {
                return result(event, .format, .violation(error), isRedacted: false, trace: [])
            }
        }
        let isRedacted = params.asksFor("hash") && !event.contentHashMatches
        let checked = isRedacted ? try redacted(event) : event
        return try resultOfRules(for: checked, isRedacted: isRedacted)
    }

    private func resultOfRules(for event: Event, isRedacted: Bool) throws(Unfinished) -> CheckResult {
        let references = params.references("auth_events")
        let atHand = try verified(references ?? event.authEvents, for: event)
        let claims = try Claims(
            event,
            references: references,
            atHand: atHand,
            versionPath: params.path(to: "room_version")
        )
        var gate = Gate.authEvents
        var (decision, trials) = explains ? claims.explain() : (claims.decide(), [])
        var trace = trials.map { (gate: Gate.authEvents, trial: $0) }
        for (next, name) in [(Gate.state, "state" as StaticString), (.currentState, "current_state")] {
            guard decision.verdict == .allow, let references = params.references(name) else { continue }
            let state = try claims.protocolState(references, atHand: atHand, at: params.path(to: name))
            gate = next
            (decision, trials) = decide(event, in: state)
            trace += trials.map { (gate: next, trial: $0) }
        }
        // A content that does not match its hash settles what becomes of an event that the rules allow.
        if isRedacted, decision.verdict == .allow { gate = .hash }
        return result(event, gate, .decision(decision), isRedacted: isRedacted, trace: trace)
    }

    /// The events at hand, what `references` leads to verified where the request asks for that.
    private func verified(_ references: [EventID], for event: Event) throws(Unfinished) -> EventsAtHand {
        guard params.asksFor("chain") else { return atHand }
        let implied = event.impliedCreateID.map { [$0] } ?? []
        let check = ChainCheck(atHand: atHand, versionPath: params.path(to: "room_version"))
        return try check.verified(references + implied, for: event)
    }

    private func decide(_ event: Event, in state: ProtocolState) -> (decision: Decision, trace: [RuleTrial]) {
        explains ? Authorization.explain(event, in: state) : (Authorization.decide(event, in: state), [])
    }

    private func result(
        _ event: Event,
        _ gate: Gate,
        _ finding: CheckResult.Finding,
        isRedacted: Bool,
        trace: [(gate: Gate, trial: RuleTrial)]
    ) -> CheckResult {
        CheckResult(
            roomVersion: version,
            eventID: event.id,
            gate: gate,
            finding: finding,
            isRedacted: isRedacted,
            trace: explains ? trace : nil
        )
    }

    private func redacted(_ event: Event) throws(Unfinished) -> Event {
        do throws(EventReadingError) {
            return try event.redacted()
        } catch {
            throw .failed(.invalidParams(path: params.path(to: "event"), expected: "an event that can be redacted"))
        }
    }
}
