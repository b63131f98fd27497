import AuthGraph
import EventAuthorization
import JSONRPC
import MatrixEvents

/// What was found out of whole chains for one request.
struct ChainFindings: Sendable {
    /// Of stored events.
    var verdicts: [EventID: Decision.Verdict] = [:]
    /// The request whose keys the signatures of whole chains are checked with; `nil` where it does not ask for that.
    var keys: Params?
    /// Whether what is found out may be kept in the store.
    var areKept = false
    /// What came of the signatures of the events that such a request brought along.
    var signatures = SignatureFindings()
}

extension EventsAtHand {
    /// What the whole chains of stored events of the room say of them.
    ///
    /// - Throws: those that are to be verified first.
    func chainVerdicts(of ids: [EventID], in roomID: RoomID) throws(Unfinished) -> [EventID: Decision.Verdict] {
        var verdicts: [EventID: Decision.Verdict] = [:]
        // Memory knows what the rules say, and nothing of signatures.
        let known = chains.keys == nil ? graph.chainVerdicts(of: ids, in: roomID) : ids.map { _ in nil }
        for (id, known) in zip(ids, known) { verdicts[id] = chains.verdicts[id] ?? known }
        let unknown = ids.filter { verdicts[$0] == nil }
        guard unknown.isEmpty else { throw .needs(EventNeeds(verified: unknown, in: roomID)) }
        return verdicts
    }

    /// The same for a request that asks for the chain: with the signatures of all of it, where it asks for those.
    func verifyingChains(_ params: Params) -> EventsAtHand {
        guard params.checks.isSuperset(of: [.chain, .signatures]) else { return self }
        var copy = self
        copy.chains.keys = params
        return copy
    }

    /// The events that the request brought along, where their signatures count.
    var broughtToVerify: [Event] {
        chains.keys == nil ? [] : brought.values.flatMap { $0.map(\.event) }
    }

    /// The same, knowing what came of the signatures of ``broughtToVerify``.
    func knowing(_ findings: SignatureFindings) -> EventsAtHand {
        var copy = self
        copy.chains.signatures = findings
        return copy
    }

    /// What came of the signatures of an event that the request brought along; `nil` where they do not count.
    func signatureFinding(of event: Event) -> SignatureFinding? { chains.signatures[event] }

    /// Takes in what whole chains say of stored events.
    mutating func verify(_ verdicts: [EventID: Decision.Verdict]) {
        chains.verdicts.merge(verdicts) { _, new in new }
    }
}
