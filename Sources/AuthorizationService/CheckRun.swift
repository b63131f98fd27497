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
        let claims = Claims(event, cited: params.references("auth_events") ?? event.authEvents, atHand: atHand)
        let cited = try claims.citedEvents()
        let create = try claims.create(cited)
        try checkVersions(of: event, cited: cited, create: create)
        var gate = Gate.authEvents
        var (decision, trials) = decide(event, citing: cited, create: create)
        var trace = trials.map { (gate: Gate.authEvents, trial: $0) }
        for (next, name) in [(Gate.state, "state" as StaticString), (.currentState, "current_state")] {
            guard decision.verdict == .allow, let references = params.references(name) else { continue }
            let state = try claims.protocolState(references, create: create, cited: cited, at: params.path(to: name))
            gate = next
            (decision, trials) = decide(event, in: state)
            trace += trials.map { (gate: next, trial: $0) }
        }
        // A content that does not match its hash settles what becomes of an event that the rules allow.
        if isRedacted, decision.verdict == .allow { gate = .hash }
        return result(event, gate, .decision(decision), isRedacted: isRedacted, trace: trace)
    }

    private func decide(
        _ event: Event,
        citing cited: [CitedEvent],
        create: ImpliedCreate
    ) -> (Decision, [RuleTrial]) {
        guard explains else { return (Authorization.decide(event, citing: cited, create: create), []) }
        return Authorization.explain(event, citing: cited, create: create)
    }

    private func decide(_ event: Event, in state: ProtocolState) -> (Decision, [RuleTrial]) {
        guard explains else { return (Authorization.decide(event, in: state), []) }
        return Authorization.explain(event, in: state)
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

    /// The rule set has to be that of the room's create event, and of what is stored for the room.
    private func checkVersions(of event: Event, cited: [CitedEvent], create: ImpliedCreate) throws(Unfinished) {
        let path = params.path(to: "room_version")
        for citation in cited where citation.event.roomID == event.roomID && citation.event.roomVersion != version {
            let expected = "\"\(citation.event.roomVersion)\", as \(citation.event.id) is stored"
            throw .failed(.invalidParams(path: path, expected: expected))
        }
        var creates = cited.map(\.event).filter { $0.isCreate && $0.roomID == event.roomID }
        if event.isCreate { creates = [] }
        if case .event(let implied) = create, implied.event.isCreate { creates.append(implied.event) }
        for create in creates {
            try finishing { () throws(RPCError) in try checkRoomVersion(version, of: create, at: path) }
        }
    }
}
