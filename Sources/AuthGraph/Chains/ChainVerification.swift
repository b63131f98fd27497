package import EventAuthorization
package import MatrixEvents
import Synchronization

/// Decides every event of a chain from its content alone, down to the create event, ancestors first and a page at a time.
///
/// ```swift
/// while let page = try await verification.nextPage() {
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

    /// Events that are read together, and their bytes: what a verification takes of memory beside the chain.
    static let pageSize = 2_048
    static let pageByteLimit = 8 << 20

    /// - Parameter isAnew: whether to decide also what was decided before, as a check of something besides the rules asks for.
    init(_ chain: AuthChain, in graph: AuthGraph, isAnew: Bool) {
        self.graph = graph
        let known = isAnew ? [] : graph.chainVerdicts(of: chain.nodes, in: chain.roomID)
        decisions = ChainDecisions(chain, known: isAnew ? Array(repeating: nil, count: chain.nodes.count) : known)
    }

    private var chain: AuthChain { decisions.chain }

    /// How many events are to be read, and how many have been.
    package var progress: (done: Int, total: Int) { (next, decisions.wanted.count) }

    /// Events to be decided, with those that only others cite.
    package struct Page: Sendable {
        fileprivate let places: Range<Int>
        /// The events themselves, as they are stored. Of these only what survives redaction counts where their content
        /// does not match their hash.
        package let wholeEvents: [Event]
    }

    /// The next page; `nil` when there is none left.
    package mutating func nextPage() async throws(AuthGraphError) -> Page? {
        let wanted = decisions.wanted[next...].prefix(Self.pageSize)
        guard !wanted.isEmpty else { return nil }
        let events = try await graph.wholeEvents(wanted.map { chain.nodes[$0] }, in: chain.roomID)
        return Page(places: next..<next + events.count, wholeEvents: events)
    }

    /// Decides the events of `page`.
    ///
    /// - Parameter refused: those that something besides the rules refuses, as for want of a good signature.
    /// - Returns: what is known for ever from now on: nothing once something besides the rules has refused an event.
    package mutating func decide(
        _ page: Page,
        refusing refused: Set<EventID> = []
    ) throws(AuthGraphError) -> [(id: EventID, verdict: ChainVerdict)] {
        if !refused.isEmpty { isPure = false }
        var decided: [(id: EventID, verdict: ChainVerdict)] = []
        for (position, stored) in zip(page.places, page.wholeEvents) {
            let place = decisions.wanted[position]
            let event = try stored.asCovered()
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

extension AuthGraph {
    /// The first of the room's stored events with `ids`, in that order: as many as a page may have bytes, and one at least.
    ///
    /// - Throws: `missing` where the first is not stored.
    func wholeEvents(_ ids: [EventID], in roomID: RoomID) async throws(AuthGraphError) -> [Event] {
        let rows = try await rows(ids, in: roomID, byteLimit: ChainVerification.pageByteLimit)
        var events: [Event] = []
        for id in ids {
            guard let row = rows[id] else { break }
            events.append(try row.event())
        }
        // Those beyond the bytes of a page come with the next one; the first does not, unless it is not stored.
        guard !events.isEmpty else { throw .missing(Array(ids.prefix(1))) }
        return events
    }
}

extension ChainVerdict {
    init(_ decision: Decision) {
        self.init(verdict: decision.verdict, rule: decision.rule.rawValue)
    }
}
