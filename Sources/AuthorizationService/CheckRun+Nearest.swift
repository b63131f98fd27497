import EventAuthorization
import JSONRPC
import MatrixEvents

extension CheckRun {
    /// What would have to be otherwise for every check to allow `event`, which `result` denies; nothing where it allows it.
    func nearestChanges(
        from result: CheckResult,
        of event: Event,
        _ claims: Claims,
        _ atHand: EventsAtHand
    ) throws(Unfinished) -> [Change] {
        guard result.verdict == .deny else { return [] }
        let states = try request.states.map { (given) throws(Unfinished) in
            try claims.protocolState(given.references, atHand: atHand, at: given.path)
        }
        var changes: [Change] = []
        if case .decision = result.finding {
            changes = claims.held(against: states).nearestChanges()
            if changes.isEmpty { return [] }
        }
        // The rules let an event pass or not whether a policy server signs it or not, and the other way round.
        var unrecorded: DecisionBasis?
        let violation = try policyViolation(for: event, &unrecorded)
        return changes + (violation.map { [.policySignature(by: $0.server)] } ?? [])
    }

    /// As ``nearestChanges(from:of:_:_:)``, for an event that these servers' signatures would get as far as the rules.
    func nearestChanges(to event: Event, lackingSignaturesBy servers: [ServerName]) throws(Unfinished) -> [Change] {
        guard !servers.isEmpty else { return [] }
        let signed = try result(for: event, signatures: .verified)
        guard signed.verdict == .allow || !signed.nearest.isEmpty else { return [] }
        return servers.map { .signature(by: $0) } + signed.nearest
    }
}
