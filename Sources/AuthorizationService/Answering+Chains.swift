import AuthGraph
import EventAuthorization
import JSONRPC
import MatrixEvents
import Tracing

extension AuthorizationService {
    /// What the whole chains of stored events of the room say of them, with their signatures where the request asks for
    /// those.
    func chainVerdicts(
        of ids: [EventID],
        in roomID: RoomID,
        for atHand: EventsAtHand
    ) async throws(RPCError) -> [EventID: Decision.Verdict] {
        if let params = atHand.chains.keys { return try await signedChainVerdicts(of: ids, in: roomID, params) }
        let known = try await graphCall { () async throws(AuthGraphError) in
            try await graph.knownChainVerdicts(of: ids, in: roomID)
        }
        let unknown = ids.filter { known[$0] == nil }
        if unknown.isEmpty { return known }
        let span = startSpan("verify auth chain")
        defer { span.end() }
        var verification = try await verification(of: unknown, in: roomID)
        var meter = ProgressMeter("verifying the auth chain", in: roomID, report: reportProgress)
        try await verification.forEachPage(throwing: rpcError) { (verification, page) throws(RPCError) in
            let verdicts = verification.decide(page)
            if atHand.chains.areKept { await keep(verdicts, in: roomID) }
            meter.show(verification.progress)
        }
        return known.merging(verification.verdicts(of: unknown)) { known, _ in known }
    }

    /// As ``chainVerdicts(of:in:for:)``, each event's signatures and all. What that finds depends on the keys at hand, and
    /// is not remembered.
    private func signedChainVerdicts(
        of ids: [EventID],
        in roomID: RoomID,
        _ params: Params
    ) async throws(RPCError) -> [EventID: Decision.Verdict] {
        let span = startSpan("verify auth chain and signatures")
        defer { span.end() }
        var verification = try await verification(of: ids, in: roomID, anew: true)
        var meter = ProgressMeter("verifying the auth chain and its signatures", in: roomID, report: reportProgress)
        // Signatures take all cores, decisions one: those of a page are made while the signatures of the next are checked.
        var checked: (page: ChainVerification.Page, badlySigned: Set<EventID>)?
        try await verification.forEachPage(throwing: rpcError) { (verification, page) throws(RPCError) in
            async let badlySigned = badlySigned(page.wholeEvents, params)
            if let checked { _ = verification.decide(checked.page, refusing: checked.badlySigned) }
            meter.show(verification.progress)
            checked = (page, try await badlySigned.get())
        }
        if let checked { _ = verification.decide(checked.page, refusing: checked.badlySigned) }
        meter.show(verification.progress)
        return verification.verdicts(of: ids)
    }

    /// Those of `events` whose signatures do not verify; `keys_missing` where that cannot be told.
    private func badlySigned(_ events: [Event], _ params: Params) async -> Result<Set<EventID>, RPCError> {
        do throws(RPCError) {
            return .success(try badlySigned(events, try await signatureFindings(for: events, params)))
        } catch {
            return .failure(error)
        }
    }

    /// - Throws: `keys_missing`, with the keys that are.
    private func badlySigned(_ events: [Event], _ findings: SignatureFindings) throws(RPCError) -> Set<EventID> {
        var bad: Set<EventID> = []
        var missing: [ServerKeyID] = []
        var named: Set<ServerKeyID> = []
        for event in events {
            switch findings[event] {
            case .verified, nil: continue
            case .violation: bad.insert(event.id)
            case .keysMissing(let ids): missing += ids.filter { named.insert($0).inserted }
            }
        }
        guard missing.isEmpty else { throw .keysMissing(Array(missing.prefix(Self.namedKeyLimit))) }
        return bad
    }

    /// How many keys an error names. Whoever relays an event can put any number of signatures under it.
    private static let namedKeyLimit = 1_000

    private func verification(
        of ids: [EventID],
        in roomID: RoomID,
        anew isAnew: Bool = false
    ) async throws(RPCError) -> ChainVerification {
        try await graphCall { () async throws(AuthGraphError) in
            try await graph.verification(of: ids, in: roomID, anew: isAnew)
        }
    }

    /// Keeps verdicts in the store, as far as it takes them: they can be found out again.
    private func keep(_ verdicts: [(id: EventID, verdict: ChainVerdict)], in roomID: RoomID) async {
        do throws(AuthGraphError) {
            try await graph.save(verdicts, in: roomID)
        } catch {
            _ = report(Incident(detail: "the verdicts of a chain of \(roomID) were not stored: \(error)"))
        }
    }
}
