import EventAuthorization
import MatrixEvents

/// Decides the events of a chain one after the other, ancestors first, each by those before it. It holds on to an event only
/// as long as others that cite it are still to be decided.
struct ChainDecisions: Sendable {
    let chain: AuthChain
    /// What is known of each node of the chain.
    private(set) var verdicts: [Decision.Verdict?]
    /// Nodes to be decided, in order, and those that these cite.
    let wanted: [Int]
    private let isPending: [Bool]
    private var read: [Int: AuthEvent] = [:]
    private var citingCount: [UInt32]
    /// For the draft of 2014: the create event that each node leads to, as a place; -1 where there is none.
    private var roots: [Int32]
    private var rootedCount = 0

    /// - Parameter known: what is known of each node before anything is decided.
    init(_ chain: AuthChain, known: [Decision.Verdict?]) {
        self.chain = chain
        verdicts = known
        let isPending = known.map { $0 == nil }
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

    /// Bytes of the events that are held for those that cite them, about.
    private(set) var heldByteCount = 0

    /// Whether the node at `place` was not known from the beginning.
    func isPending(_ place: Int) -> Bool { isPending[place] }

    /// Decides the event at `place`, all before it having been taken in.
    ///
    /// - Parameter strangers: events that are not of the chain's room, for those that cite them nonetheless.
    mutating func decide(
        _ event: Event,
        at place: Int,
        strangers: [EventID: CitedEvent] = [:]
    ) -> Decision {
        findRoot(of: event, at: place)
        var byID: [EventID: CitedEvent] = [:]
        for cited in chain.citations(of: place) {
            guard let other = read[Int(cited)] else {
                preconditionFailure("What an event cites is read before it")
            }
            byID[other.id] = CitedEvent(other, isRejected: verdicts[Int(cited)] != .allow)
        }
        let cited = event.authEvents.compactMap { byID[$0] ?? strangers[$0] }
        return Authorization.decide(event, citing: cited, create: create(of: event, at: place, byID))
    }

    /// Takes in the event at `place` for those that cite it, and lets go of those that nobody cites any more who is still to
    /// be decided.
    ///
    /// - Parameter verdict: what it counts as from now on; what it counted as before, where that is `nil`.
    mutating func take(_ event: Event, at place: Int, as verdict: Decision.Verdict?) {
        findRoot(of: event, at: place)
        if let verdict { verdicts[place] = verdict }
        if citingCount[place] > 0 || roots[place] == Int32(place) {
            hold(AuthEvent(detached: AuthEvent(event), sharing: chain.roomID), at: place)
        }
        guard isPending[place] else { return }
        for cited in chain.citations(of: place) {
            citingCount[Int(cited)] -= 1
            if citingCount[Int(cited)] == 0, roots[Int(cited)] != Int32(cited) { hold(nil, at: Int(cited)) }
        }
    }

    private mutating func hold(_ event: AuthEvent?, at place: Int) {
        let old = read[place]
        read[place] = event
        heldByteCount += Self.byteCount(of: event) - Self.byteCount(of: old)
    }

    /// What an event takes, and its place in a table half full.
    private static func byteCount(of event: AuthEvent?) -> Int {
        event.map { $0.byteCount + 2 * MemoryLayout<(key: Int, value: AuthEvent)>.stride } ?? 0
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
        guard event.roomVersion == .draft2014 else { return }
        if event.stateKeyPair == StateKey(.create) { roots[place] = Int32(place) }
        for node in rootedCount...max(rootedCount, place) where roots[node] < 0 {
            for cited in chain.citations(of: node) where roots[node] < 0 { roots[node] = roots[Int(cited)] }
        }
        rootedCount = place
    }
}
