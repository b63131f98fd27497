import MatrixEvents

/// Puts a chain together from its events, whatever order they come in. It never calls itself, however deep the chain is.
struct ChainBuilder: Sendable {
    private var ordinals: [EventID: UInt32] = [:]
    private var ids: [EventID] = []
    /// Where in ``edges`` an event's citations lie; `nil` as long as the event has only been cited.
    private var citations: [Range<UInt32>?] = []
    private var edges: [UInt32] = []

    /// Events that came or were cited.
    var count: Int { ids.count }

    /// Citations among them.
    var citationCount: Int { edges.count }

    /// Those cited that have not come, in the order in which they were first cited.
    var unresolved: [EventID] {
        zip(ids, citations).filter { $0.1 == nil }.map(\.0)
    }

    /// Asks for events although nobody cites them.
    mutating func want(_ ids: [EventID]) {
        for id in ids { _ = ordinal(of: id) }
    }

    /// Takes in an event.
    ///
    /// - Returns: those of its citations that nobody cited before, and that have not come either.
    @discardableResult
    mutating func add(_ id: EventID, citing cited: [EventID]) -> [EventID] {
        let ordinal = ordinal(of: id)
        guard citations[Int(ordinal)] == nil else { return [] }
        let known = ids.count
        let start = UInt32(edges.count)
        for other in cited { edges.append(self.ordinal(of: other)) }
        citations[Int(ordinal)] = start..<UInt32(edges.count)
        return Array(ids[known...])
    }

    private mutating func ordinal(of id: EventID) -> UInt32 {
        if let ordinal = ordinals[id] { return ordinal }
        let ordinal = UInt32(ids.count)
        ordinals[id] = ordinal
        ids.append(id)
        citations.append(nil)
        return ordinal
    }

    /// The chain of everything that came.
    ///
    /// - Throws: the events that cite each other in a circle, where some do.
    func chain(in roomID: RoomID, missing: [EventID]) throws(AuthGraphError) -> AuthChain {
        let (chain, circle) = chainAndCircle(in: roomID, missing: missing)
        guard circle.isEmpty else {
            let named = Array(circle.prefix(Self.namedLimit))
            throw .corrupt(named, explanation: "events authorize each other in a circle")
        }
        return chain
    }

    /// The chain of everything that came but for what has no place in any order: events that cite each other in a circle, and
    /// those that cite them.
    func chainAndCircle(in roomID: RoomID, missing: [EventID]) -> (chain: AuthChain, circle: [EventID]) {
        let (order, circle) = inOrder()
        var places = [UInt32](repeating: 0, count: ids.count)
        for (place, ordinal) in order.enumerated() { places[ordinal] = UInt32(place) }
        var firstEdges: [UInt32] = [0]
        var sorted: [UInt32] = []
        var isAncestor = [Bool](repeating: false, count: order.count)
        firstEdges.reserveCapacity(order.count + 1)
        sorted.reserveCapacity(edges.count)
        for ordinal in order {
            for cited in resolvedCitations(of: ordinal) {
                sorted.append(places[cited])
                isAncestor[Int(places[cited])] = true
            }
            firstEdges.append(UInt32(sorted.count))
        }
        let chain = AuthChain(
            roomID: roomID,
            nodes: order.map { ids[$0] },
            firstEdges: firstEdges,
            edges: sorted,
            isAncestor: isAncestor,
            missing: missing
        )
        return (chain, circle.map { ids[$0] })
    }

    /// The events that came: by their height over the chain's beginning, and then by id.
    private func inOrder() -> (order: [Int], circle: [Int]) {
        var open = ids.indices.map { resolvedCitations(of: $0).count }
        let citing = citingEvents()
        var heights = [Int](repeating: 0, count: ids.count)
        var queue = ids.indices.filter { citations[$0] != nil && open[$0] == 0 }
        var next = 0
        while next < queue.count {
            let ordinal = queue[next]
            next += 1
            for edge in citing.first[ordinal]..<citing.first[ordinal + 1] {
                let other = Int(citing.events[Int(edge)])
                heights[other] = max(heights[other], heights[ordinal] + 1)
                open[other] -= 1
                if open[other] == 0 { queue.append(other) }
            }
        }
        let order = queue.sorted { left, right in
            heights[left] == heights[right] ? ids[left].precedes(ids[right]) : heights[left] < heights[right]
        }
        return (order, ids.indices.filter { citations[$0] != nil && open[$0] > 0 })
    }

    /// For each event those that cite it, one after the other, and where each one's begin.
    private func citingEvents() -> (first: [UInt32], events: [UInt32]) {
        var first = [UInt32](repeating: 0, count: ids.count + 1)
        for ordinal in ids.indices {
            for cited in resolvedCitations(of: ordinal) { first[cited + 1] += 1 }
        }
        for ordinal in ids.indices { first[ordinal + 1] += first[ordinal] }
        var free = first
        var events = [UInt32](repeating: 0, count: Int(first[ids.count]))
        for ordinal in ids.indices {
            for cited in resolvedCitations(of: ordinal) {
                events[Int(free[cited])] = UInt32(ordinal)
                free[cited] += 1
            }
        }
        return (first, events)
    }

    /// Those cited events that came.
    private func resolvedCitations(of ordinal: Int) -> some Sequence<Int> & LazyCollectionProtocol {
        let range = citations[ordinal] ?? 0..<0
        return edges[Int(range.lowerBound)..<Int(range.upperBound)].lazy
            .map { Int($0) }
            .filter { citations[$0] != nil }
    }

    /// How many events of a circle an error names.
    private static let namedLimit = 20
}
