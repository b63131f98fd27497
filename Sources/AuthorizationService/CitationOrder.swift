import CanonicalJSON
import JSONRPC
import MatrixEvents

/// Events in an order in which those cited come before those that cite them.
struct CitationOrder {
    /// Each event once.
    let events: [Event]
    /// Those that cite each other in a circle, and those that cite them: they have no place in the order.
    let unordered: [Event]

    init(_ all: [Event]) {
        let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        var ordered: [Event] = []
        var waiting: [EventID: Int] = [:]
        var citing: [EventID: [Event]] = [:]
        // In the order given, so that the same events always make the same order.
        let distinct = all.filter { byID[$0.id] === $0 }
        for event in distinct {
            let cited = Set(event.citedOrImplied.filter { byID[$0] != nil })
            waiting[event.id] = cited.count
            for id in cited { citing[id, default: []].append(event) }
            if cited.isEmpty { ordered.append(event) }
        }
        var next = 0
        while next < ordered.count {
            for event in citing[ordered[next].id] ?? [] {
                let left = (waiting[event.id] ?? 0) - 1
                waiting[event.id] = left
                if left == 0 { ordered.append(event) }
            }
            next += 1
        }
        events = ordered
        unordered = ordered.count == distinct.count ? [] : distinct.filter { waiting[$0.id] ?? 0 > 0 }
    }

    /// - Throws: `graph_corrupt` where events cite each other in a circle.
    func checkIsComplete() throws(RPCError) {
        guard unordered.isEmpty else { throw Self.circle(of: unordered) }
    }

    /// How many events of a circle an error names.
    private static let namedLimit = 20

    static func circle(of events: [Event]) -> RPCError {
        let ids = events.map(\.id.text.string).sorted().prefix(namedLimit)
        return .graphCorrupt(eventIDs: Array(ids), explanation: "events cite each other in a circle")
    }
}
