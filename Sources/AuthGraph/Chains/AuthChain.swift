package import MatrixEvents

/// The auth chain of some events of a room: everything reachable from them by citation (RULES 9.2), and how.
package struct AuthChain: Sendable {
    package let roomID: RoomID
    /// The events whose chain it is, and all those reachable from them, in an order in which each comes after those that it
    /// cites: by how far they are from the chain's beginning, and then by id, so that every process makes the same of the
    /// same events.
    let nodes: [EventID]
    /// Where in ``edges`` the citations of each node begin; one entry more tells where those of the last one end.
    let firstEdges: [UInt32]
    /// Nodes that are cited, as places in ``nodes``.
    let edges: [UInt32]
    /// Whether a node is reachable, and not only one of the events whose chain it is.
    let isAncestor: [Bool]
    /// Cited events that are not stored: what they cite is not known either.
    package let missing: [EventID]

    /// The chain itself, ancestors first.
    package var ids: [EventID] {
        zip(nodes, isAncestor).filter(\.1).map(\.0)
    }

    /// A few bits of all ids, by which one process knows the chain that another one has walked.
    package var fingerprint: UInt64 {
        let found = nodes.reduce(UInt64(nodes.count)) { ($0 &* 0x100_0000_01b3) ^ $1.fingerprint }
        return missing.reduce(found) { ($0 &* 0x100_0000_01b3) ^ $1.fingerprint }
    }

    var byteCount: Int {
        HeapSize.ofArray(of: EventID.self, count: nodes.count) + HeapSize.ofArray(of: UInt32.self, count: edges.count)
            + HeapSize.ofArray(of: UInt32.self, count: firstEdges.count)
            + HeapSize.ofArray(of: Bool.self, count: nodes.count)
    }

    /// The places of the nodes that the one at `place` cites.
    func citations(of place: Int) -> ArraySlice<UInt32> {
        edges[Int(firstEdges[place])..<Int(firstEdges[place + 1])]
    }
}

extension AuthChain {
    /// The events that are in the chains of some of `sets` and not of all (RULES 9.2, "auth difference"), ancestors first.
    ///
    /// - Parameter sets: each a set of events among those whose chain this is.
    package func difference(of sets: [Set<EventID>]) -> [EventID] {
        let words = (sets.count + 63) / 64
        var setsOfHead: [EventID: [Int]] = [:]
        for (number, set) in sets.enumerated() {
            for id in set { setsOfHead[id, default: []].append(number) }
        }
        // For each node, the sets whose chain it is in: descendants come last, so that one pass backwards tells.
        var reached = [UInt64](repeating: 0, count: nodes.count * words)
        for place in nodes.indices.reversed() {
            for cited in citations(of: place) {
                let start = Int(cited) * words
                for number in setsOfHead[nodes[place]] ?? [] {
                    reached[start + number / 64] |= 1 << UInt64(number % 64)
                }
                for word in 0..<words { reached[start + word] |= reached[place * words + word] }
            }
        }
        return nodes.indices.compactMap { place in
            let count = reached[place * words..<(place + 1) * words].reduce(0) { $0 + $1.nonzeroBitCount }
            return count > 0 && count < sets.count ? nodes[place] : nil
        }
    }
}
