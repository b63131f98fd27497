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
    private let chain: AuthChain
    /// What is known of each node of the chain.
    private var verdicts: [Decision.Verdict?]
    /// Nodes to be decided, in order, and those that these cite.
    private let wanted: [Int]
    private let isPending: [Bool]
    private var next = 0
    /// Nodes that were read, as long as others that cite them are still to be decided.
    private var read: [Int: AuthEvent] = [:]
    private var citingCount: [UInt32]
    /// For the draft of 2014: the create event that each node leads to, as a place; -1 where there is none.
    private var roots: [Int32]
    private var rootedCount = 0
    /// Whether what was decided here follows from content alone.
    private var isPure = true

    /// Events that are read together, and their bytes: what a verification takes of memory beside the chain.
    private static let pageSize = 2_048
    private static let pageByteLimit = 8 << 20

    /// - Parameter isAnew: whether to decide also what was decided before, as a check of something besides the rules asks for.
    init(_ chain: AuthChain, in graph: AuthGraph, isAnew: Bool) {
        self.graph = graph
        self.chain = chain
        let known = isAnew ? [] : graph.chainVerdicts(of: chain.nodes, in: chain.roomID)
        verdicts = isAnew ? Array(repeating: nil, count: chain.nodes.count) : known
        let isPending = verdicts.map { $0 == nil }
        // The draft of 2014 takes the create event from the far end of the chain.
        var isWanted = chain.nodes.indices.map { isPending[$0] || chain.citations(of: $0).isEmpty }
        var citingCount = [UInt32](repeating: 0, count: chain.nodes.count)
        for place in chain.nodes.indices where isPending[place] {
            for cited in chain.citations(of: place) {
                isWanted[Int(cited)] = true
                citingCount[Int(cited)] += 1
            }
        }
        self.isPending = isPending
        self.citingCount = citingCount
        wanted = chain.nodes.indices.filter { isWanted[$0] }
        roots = [Int32](repeating: -1, count: chain.nodes.count)
    }

    /// How many events are to be read, and how many have been.
    package var progress: (done: Int, total: Int) { (next, wanted.count) }

    /// Events to be decided, with those that only others cite.
    package struct Page: Sendable {
        fileprivate let places: Range<Int>
        /// The events themselves, as they are stored. Of these only what survives redaction counts where their content
        /// does not match their hash.
        package let wholeEvents: [Event]
    }

    /// The next page; `nil` when there is none left.
    package mutating func nextPage() async throws(AuthGraphError) -> Page? {
        guard next < wanted.count else { return nil }
        let places = next..<min(next + Self.pageSize, wanted.count)
        let ids = places.map { chain.nodes[wanted[$0]] }
        let rows = try await graph.rows(ids, in: chain.roomID, byteLimit: Self.pageByteLimit)
        var events: [Event] = []
        for id in ids {
            guard let row = rows[id] else { break }
            events.append(try row.event())
        }
        // Those beyond the bytes of a page come with the next one; the first does not, unless it is not stored.
        guard !events.isEmpty else { throw .missing(Array(ids.prefix(1))) }
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
            let place = wanted[position]
            let event = try stored.asCovered()
            if event.roomVersion == .draft2014 { findRoot(of: event, at: place) }
            if isPending[place] {
                let decision = decide(event, at: place)
                verdicts[place] = refused.contains(event.id) ? .deny : decision.verdict
                decided.append((event.id, ChainVerdict(decision)))
            }
            if citingCount[place] > 0 || roots[place] == Int32(place) {
                read[place] = AuthEvent(detached: AuthEvent(event), sharing: chain.roomID)
            }
            release(place)
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
        for (place, id) in chain.nodes.enumerated() where wanted.contains(id) { found[id] = verdicts[place] }
        return found
    }

    private func decide(_ event: Event, at place: Int) -> Decision {
        var byID: [EventID: CitedEvent] = [:]
        for cited in chain.citations(of: place) {
            guard let other = read[Int(cited)] else {
                preconditionFailure("What an event cites is read before it")
            }
            byID[other.id] = CitedEvent(other, isRejected: verdicts[Int(cited)] != .allow)
        }
        let cited = event.authEvents.compactMap { byID[$0] }
        return Authorization.decide(event, citing: cited, create: create(of: event, at: place, byID))
    }

    private func create(of event: Event, at place: Int, _ byID: [EventID: CitedEvent]) -> ImpliedCreate {
        if event.isCreate { return .none }
        if event.roomVersion == .draft2014 {
            let root = Int(roots[place])
            guard root >= 0, let create = read[root] else { return .none }
            return .event(CitedEvent(create, isRejected: verdicts[root] != .allow))
        }
        guard event.roomVersion.format.roomIDIsCreateHash else { return .none }
        return event.impliedCreateID.flatMap { byID[$0] }.map { .event($0) } ?? .impossible
    }

    /// Follows the citations up to `place` to the create events they lead to.
    private mutating func findRoot(of event: Event, at place: Int) {
        if event.stateKeyPair == StateKey(.create) { roots[place] = Int32(place) }
        for node in rootedCount...max(rootedCount, place) where roots[node] < 0 {
            for cited in chain.citations(of: node) where roots[node] < 0 { roots[node] = roots[Int(cited)] }
        }
        rootedCount = place
    }

    /// Lets go of the events that nobody cites any more who is still to be decided.
    private mutating func release(_ place: Int) {
        guard isPending[place] else { return }
        for cited in chain.citations(of: place) {
            citingCount[Int(cited)] -= 1
            if citingCount[Int(cited)] == 0, roots[Int(cited)] != Int32(cited) { read[Int(cited)] = nil }
        }
    }
}

extension ChainVerdict {
    init(_ decision: Decision) {
        self.init(verdict: decision.verdict, rule: decision.rule.rawValue)
    }
}
