import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// One event on its way through the checks of a request, in their order: the first that denies it decides.
///
/// An object, since copying what it holds counts references to a dozen others.
final class CheckRun: Sendable {
    let request: CheckRequest
    let version: RoomVersion
    let atHand: EventsAtHand
    /// Whether the chains of the events at hand are verified already, as far as the request asks for that.
    private let isVerified: Bool

    init(_ request: CheckRequest, version: RoomVersion, atHand: EventsAtHand, isVerified: Bool = false) {
        self.request = request
        self.version = version
        self.atHand = atHand
        self.isVerified = isVerified
    }

    /// The format of an event that cannot even be read.
    func result(of violation: FormatViolation, in json: JSONValue) -> CheckResult {
        CheckResult(
            roomVersion: version,
            eventID: nil,
            sender: nil,
            gate: .format,
            finding: .violation(violation),
            isRedacted: false,
            trace: request.explains ? [] : nil,
            basis: basis(of: json)
        )
    }

    /// What the decision on an event is made of, before anything is found.
    private func basis(of json: JSONValue) -> DecisionBasis? {
        atHand.basis(
            .check(
                json,
                references: request.authEvents,
                states: Dictionary(request.states.map { ($0.gate, []) }) { first, _ in first },
                checks: request.checks.subtracting(.chain)
            )
        )
    }

    /// What is wrong with the format of `event`; `nil` where nothing is, or the request does not ask.
    func formatViolation(of event: Event) -> FormatViolation? {
        guard request.checks.contains(.format) else { return nil }
        do throws(FormatViolation) {
            try event.checkFormat()
            return nil
        } catch {
            return error
        }
    }

    /// Runs the checks that the request asks for.
    ///
    /// - Parameters:
    ///   - signatures: what came of the event's signatures; `nil` where the request does not ask.
    ///   - lacking: the servers whose signatures would make them good.
    func result(
        for event: Event,
        signatures: SignatureFinding?,
        lacking: [ServerName] = []
    ) throws(Unfinished) -> CheckResult {
        let basis = basis(of: event.json.value)
        if var early = try resultBeforeRules(for: event, signatures: signatures) {
            early.basis = basis
            if early.gate == .signatures, request.explains {
                early.nearest = try nearestChanges(to: event, lackingSignaturesBy: lacking)
            }
            return early
        }
        let covered = try covered(event)
        return try resultOfRules(for: covered, isRedacted: covered !== event, basis)
    }

    /// What denies `event` before any rule is asked; `nil` where nothing does.
    func resultBeforeRules(for event: Event, signatures: SignatureFinding?) throws(Unfinished) -> CheckResult? {
        if let violation = formatViolation(of: event) {
            return result(event, .format, .violation(violation), isRedacted: false)
        }
        switch signatures {
        case .violation(let violation): return result(event, .signatures, .badSignature(violation), isRedacted: false)
        case .keysMissing(let ids): throw .failed(.keysMissing(ids))
        case .verified, nil: return nil
        }
    }

    /// Whether `event` is denied before any rule is asked.
    func isDenied(_ event: Event, signatures: SignatureFinding?) -> Bool {
        if case .violation = signatures { return true }
        return formatViolation(of: event) != nil
    }

    /// The event as the rules see it: redacted, where the request asks for the hash and the content is another one.
    func covered(_ event: Event) throws(Unfinished) -> Event {
        request.checks.contains(.hash) ? try event.asCovered() : event
    }

    private func resultOfRules(
        for event: Event,
        isRedacted: Bool,
        _ basis: DecisionBasis?
    ) throws(Unfinished) -> CheckResult {
        guard request.checks.contains(.chain), !isVerified else {
            return try resultOfRules(for: event, isRedacted: isRedacted, atHand, basis)
        }
        return try resultOfRules(for: event, isRedacted: isRedacted, try verifiedByChains(for: event), basis)
    }

    /// - Parameters:
    ///   - atHand: the events to decide with.
    ///   - basis: what the decision is made of, before anything is found.
    private func resultOfRules(
        for event: Event,
        isRedacted: Bool,
        _ atHand: EventsAtHand,
        _ basis: DecisionBasis?
    ) throws(Unfinished) -> CheckResult {
        let claims = try Claims(
            event,
            references: request.authEvents,
            atHand: atHand,
            versionPath: request.versionPath
        )
        var basis = basis
        basis?.need(claims.found, among: atHand)
        var gate = Gate.authEvents
        var (decision, trials) = request.explains ? claims.explain() : (claims.decide(), [])
        var trace = trials.map { (gate: Gate.authEvents, trial: $0) }
        for given in request.states where decision.verdict == .allow {
            let state = try claims.protocolState(given.references, atHand: atHand, at: given.path)
            gate = given.gate
            basis?.hold(against: state.events, at: gate, among: atHand)
            (decision, trials) = decide(event, in: state)
            trace += trials.map { (gate: given.gate, trial: $0) }
        }
        var finding = CheckResult.Finding.decision(decision)
        if decision.verdict == .allow, let violation = try policyViolation(for: event, &basis) {
            (gate, finding) = (.policy, .unsignedByPolicyServer(violation))
        }
        var result = result(event, gate, finding, isRedacted: isRedacted, trace: trace, basis: basis)
        if request.explains { result.nearest = try nearestChanges(from: result, of: event, claims, atHand) }
        return result
    }

    /// The events at hand, with what the chains of those that `event` is decided by say of them.
    private func verifiedByChains(for event: Event) throws(Unfinished) -> EventsAtHand {
        let references = request.authEvents ?? event.authEvents
        let implied = event.impliedCreateID.map { [$0] } ?? []
        let check = ChainCheck(atHand: atHand, versionPath: request.versionPath)
        return try check.verified(references + implied, for: event)
    }

    private func decide(_ event: Event, in state: ProtocolState) -> (decision: Decision, trace: [RuleTrial]) {
        request.explains ? Authorization.explain(event, in: state) : (Authorization.decide(event, in: state), [])
    }

    /// - Parameter gate: the check that decided. A content that does not match its hash settles what becomes of an event
    ///   that is allowed.
    func result(
        _ event: Event,
        _ gate: Gate,
        _ finding: CheckResult.Finding,
        isRedacted: Bool,
        trace: [(gate: Gate, trial: RuleTrial)] = [],
        basis: DecisionBasis? = nil
    ) -> CheckResult {
        CheckResult(
            roomVersion: version,
            eventID: event.id,
            sender: event.sender,
            gate: isRedacted && finding.verdict == .allow ? .hash : gate,
            finding: finding,
            isRedacted: isRedacted,
            trace: request.explains ? trace : nil,
            basis: basis
        )
    }
}
