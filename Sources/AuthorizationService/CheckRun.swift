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

    /// What is wrong with the format of `event`; `nil` where nothing is, or the request does not ask.
    func formatViolation(of event: Event) -> FormatViolation? {
        guard params.asksFor("format") else { return nil }
        do throws(FormatViolation) {
            try event.checkFormat()
            return nil
        } catch {
            return error
        }
    }

    /// Runs the checks that the request asks for.
    ///
    /// - Parameter signatures: what came of the event's signatures; `nil` where the request does not ask.
    func result(for event: Event, signatures: SignatureFinding?) throws(Unfinished) -> CheckResult {
        if let violation = formatViolation(of: event) {
            return result(event, .format, .violation(violation), isRedacted: false, trace: [])
        }
        switch signatures {
        case .violation(let violation):
            return result(event, .signatures, .badSignature(violation), isRedacted: false, trace: [])
        case .keysMissing(let ids): throw .failed(.keysMissing(ids))
        case .verified, nil: break
        }
        let isRedacted = params.asksFor("hash") && !event.contentHashMatches
        let checked = isRedacted ? try redacted(event) : event
        return try resultOfRules(for: checked, isRedacted: isRedacted)
    }

    private func resultOfRules(for event: Event, isRedacted: Bool) throws(Unfinished) -> CheckResult {
        let claims = try Claims(
            event,
            references: params.references("auth_events"),
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
        if decision.verdict == .allow, let violation = try policyViolation(for: event) {
            return result(event, .policy, .unsignedByPolicyServer(violation), isRedacted: isRedacted, trace: trace)
        }
        // A content that does not match its hash settles what becomes of an event that the rules allow.
        if isRedacted, decision.verdict == .allow { gate = .hash }
        return result(event, gate, .decision(decision), isRedacted: isRedacted, trace: trace)
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
