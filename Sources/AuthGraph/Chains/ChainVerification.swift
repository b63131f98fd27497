package import EventAuthorization
package import MatrixEvents
import Synchronization

/// Decides every event of a chain from its content alone, down to the create event, ancestors first and a page at a time.
///
/// ```swift
/// while let page = try await verification.nextPage() {
///     verification.decide(page)
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

    /// Events that are read together.
    private static let pageSize = 2_048

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
        /// Of these only what survives redaction counts where their content does not match their hash.
        fileprivate let events: [Int: Event]

        /// The events themselves, as they are stored.
        package var wholeEvents: [Event] { places.compactMap { events[$0] } }
    }

    /// The next page; `nil` when there is none left.
    package mutating func nextPage() async throws(AuthGraphError) -> Page? {
        guard next < wanted.count else { return nil }
        let places = next..<min(next + Self.pageSize, wanted.count)
        let ids = places.map { chain.nodes[wanted[$0]] }
        let rows = try await graph.rows(ids, in: chain.roomID)
        var events: [Int: Event] = [:]
        for place in places {
            let id = chain.nodes[wanted[place]]
            guard let row = rows[id] else { throw .missing([id]) }
            events[place] = try GraphEvent(reading: row).whole
        }
        return Page(places: places, events: events)
    }

    /// Decides the events of `page`.
    ///
    /// - Parameter refused: those that something besides the rules refuses, as for want of a good signature.
    package mutating func decide(_ page: Page, refusing refused: Set<EventID> = []) throws(AuthGraphError) {
        if !refused.isEmpty { isPure = false }
        var decided: [(id: EventID, verdict: ChainVerdict)] = []
        for position in page.places {
            let place = wanted[position]
            guard let stored = page.events[position] else { continue }
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
        if isPure { graph.remember(decided, in: chain.roomID) }
        lastDecided = isPure ? decided : []
    }

    /// What the page decided last adds to what is known for ever.
    package private(set) var lastDecided: [(id: EventID, verdict: ChainVerdict)] = []

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

extension Event {
    /// The event as far as its content hash covers it: the redacted event where the content is another one
    /// (server-server API, "Checks performed on receipt of a PDU", 3).
    fileprivate func asCovered() throws(AuthGraphError) -> Event {
        do throws(EventReadingError) {
            return try covered()
        } catch {
            throw .corrupt([id], explanation: "the stored event \(id) cannot be redacted: \(error)")
        }
    }
}

extension ChainVerdict {
    init(_ decision: Decision) {
        self.init(verdict: decision.verdict, rule: decision.rule.rawValue)
    }
}
