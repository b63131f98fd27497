package import EventAuthorization
package import MatrixEvents
import Synchronization

/// Decides every event of a chain from its content alone, down to the create event, ancestors first and a page at a time.
///
/// ```swift
/// try await verification.forEachPage { verification, page in
///     try verification.decide(page)
/// }
/// ```
/// Of events whose verdict is remembered only those are read again that others cite. Nobody's word is taken for an event
/// being accepted; what an event's content hash does not cover is left out, as redaction leaves it out.
package struct ChainVerification: Sendable {
    private let graph: AuthGraph
    private var decisions: ChainDecisions
    private var next = 0
    /// Whether what was decided here follows from content alone.
    private var isPure = true

    /// Events that are read together, and their bytes. Two pages are what a verification takes of memory beside the chain,
    /// three where signatures are checked.
    static let pageSize = 2_048
    static let pageByteLimit = 8 << 20

    /// - Parameter isAnew: whether to decide also what was decided before, as a check of something besides the rules asks for.
    init(_ chain: AuthChain, in graph: AuthGraph, isAnew: Bool) {
        self.graph = graph
        let known = isAnew ? [] : graph.chainVerdicts(of: chain.nodes, in: chain.roomID)
        decisions = ChainDecisions(chain, known: isAnew ? Array(repeating: nil, count: chain.nodes.count) : known)
    }

    private var chain: AuthChain { decisions.chain }

    /// How many events are to be read, and how many have been decided.
    package var progress: (done: Int, total: Int) { (next, decisions.wanted.count) }

    /// Events to be decided, with those that only others cite.
    package struct Page: Sendable {
        fileprivate let places: Range<Int>
        /// The events themselves, as they are stored. Of these only what survives redaction counts where their content
        /// does not match their hash.
        package let wholeEvents: [Event]
        /// The same as far as their content hashes cover them.
        fileprivate let events: [Event]
    }

    /// Hands `body` one page after the other. Each is read while `body` is busy with the one before it.
    package mutating func forEachPage(
        _ body: (inout ChainVerification, Page) async throws(AuthGraphError) -> Void
    ) async throws(AuthGraphError) {
        try await forEachPage(throwing: { $0 }, body)
    }

    /// As ``forEachPage(_:)``, for a `body` that fails in its own way.
    ///
    /// - Parameter failure: what is thrown where a page cannot be read.
    package mutating func forEachPage<Failure: Error>(
        throwing failure: (AuthGraphError) -> Failure,
        _ body: (inout ChainVerification, Page) async throws(Failure) -> Void
    ) async throws(Failure) {
        let reader = PageReader(graph: graph, chain: chain, wanted: decisions.wanted)
        var page = await reader.page(at: next)
        while let current = try page.mapError(failure).get() {
            async let following = reader.page(at: current.places.upperBound)
            try await body(&self, current)
            page = await following
        }
    }

    /// Decides the events of `page`.
    ///
    /// - Parameter refused: those that something besides the rules refuses, as for want of a good signature.
    /// - Returns: what is known for ever from now on: nothing once something besides the rules has refused an event.
    package mutating func decide(
        _ page: Page,
        refusing refused: Set<EventID> = []
    ) -> [(id: EventID, verdict: ChainVerdict)] {
        if !refused.isEmpty { isPure = false }
        var decided: [(id: EventID, verdict: ChainVerdict)] = []
        for (position, event) in zip(page.places, page.events) {
            let place = decisions.wanted[position]
            guard decisions.isPending(place) else {
                decisions.take(event, at: place, as: nil)
                continue
            }
            let decision = decisions.decide(event, at: place)
            decisions.take(event, at: place, as: refused.contains(event.id) ? .deny : decision.verdict)
            decided.append((event.id, ChainVerdict(decision)))
        }
        next = page.places.upperBound
        guard isPure else { return [] }
        graph.remember(decided, in: chain.roomID)
        return decided
    }

    /// What the whole chain says of each of `ids`; absent are those that are not part of it.
    package func verdicts(of ids: [EventID]) -> [EventID: Decision.Verdict] {
        let wanted = Set(ids)
        var found: [EventID: Decision.Verdict] = [:]
        for (place, id) in chain.nodes.enumerated() where wanted.contains(id) { found[id] = decisions.verdicts[place] }
        return found
    }
}

/// Reads the pages of a verification, whatever has been decided meanwhile.
private struct PageReader: Sendable {
    let graph: AuthGraph
    let chain: AuthChain
    let wanted: [Int]

    /// The page that begins with the event at `start`; `nil` where there is none left.
    func page(at start: Int) async -> Result<ChainVerification.Page?, AuthGraphError> {
        let ids = wanted[start...].prefix(ChainVerification.pageSize).map { chain.nodes[$0] }
        guard !ids.isEmpty else { return .success(nil) }
        do throws(AuthGraphError) {
            let events = try await graph.wholeEvents(ids, in: chain.roomID)
            let covered = try events.map { (event) throws(AuthGraphError) in try event.asCovered() }
            let places = start..<start + events.count
            return .success(ChainVerification.Page(places: places, wholeEvents: events, events: covered))
        } catch {
            return .failure(error)
        }
    }
}

extension ChainVerdict {
    init(_ decision: Decision) {
        self.init(verdict: decision.verdict, rule: decision.rule.rawValue)
    }
}
