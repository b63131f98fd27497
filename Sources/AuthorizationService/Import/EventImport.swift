package import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Stores a stream of events, each decided by the events it cites, in whatever order they come.
///
/// Events go in by chunks. One that cites what has not come yet waits; what still waits at the end is refused.
/// Everything may be imported again: what is stored already stays as it is.
package struct EventImport {
    /// What became of the events so far.
    package struct Summary: Sendable {
        package var stored = 0
        package var known = 0
        package var denied = 0
        /// Events whose line says otherwise than their auth events do of their being rejected, with the rule.
        package var disagreements: [(event: String, rule: String)] = []
        /// Events that wait for others.
        package var waiting = 0
    }

    private let graph: AuthGraph
    private var atHand: EventsAtHand
    /// Events that wait, by the missing event that they wait for.
    private var waiting: [EventID: [ImportedEvent]] = [:]
    /// Events whose wait is over, but whose other references have to be looked up again.
    private var resumed: [ImportedEvent] = []
    /// What those need besides what they cite.
    private var needed: Set<EventID> = []
    private var undecidable: [(event: ImportedEvent, refusal: ImportRefusal)] = []
    package private(set) var summary = Summary()

    package init(into graph: AuthGraph) {
        self.graph = graph
        atHand = EventsAtHand(graph)
    }

    /// Decides and stores a chunk, and what waited for it.
    package mutating func add(_ chunk: [ImportedEvent]) async throws(AuthGraphError) {
        var queue = resumed + chunk
        resumed = []
        while !queue.isEmpty {
            try await loadReferences(of: queue)
            try await store(decided(queue))
            queue = resumed
            resumed = []
        }
    }

    /// Ends the import.
    ///
    /// - Returns: the events that were not stored, each with the reason.
    package func finish() -> [(event: ImportedEvent, refusal: ImportRefusal)] {
        undecidable + waiting.flatMap { missing, events in events.map { (event: $0, refusal: .missing(missing)) } }
    }

    private mutating func loadReferences(of events: [ImportedEvent]) async throws(AuthGraphError) {
        atHand = EventsAtHand(graph)
        var ids = needed
        needed = []
        for imported in events { ids.formUnion([imported.event.id] + imported.event.citedOrImplied) }
        try await atHand.load(Array(ids))
    }

    /// Decides those of `events` whose references are known; the others wait.
    private mutating func decided(_ events: [ImportedEvent]) -> [NewEvent] {
        var queue = events
        var batch: [NewEvent] = []
        var next = 0
        while next < queue.count {
            let imported = queue[next]
            next += 1
            do throws(Unfinished) {
                guard let new = try decide(imported) else { continue }
                batch.append(new)
                atHand.bring(CitedEvent(new.event, isRejected: new.outcome.isRejected))
                queue += waiting.removeValue(forKey: new.event.id) ?? []
            } catch {
                wait(imported, for: error)
            }
        }
        summary.waiting = waiting.values.reduce(0) { $0 + $1.count }
        return batch
    }

    /// The event with its verdict; `nil` where it is stored already.
    private mutating func decide(_ imported: ImportedEvent) throws(Unfinished) -> NewEvent? {
        let event = imported.event
        if try atHand.stored(event.id, in: event.roomID).contains(where: { $0.event.roomID == event.roomID }) {
            summary.known += 1
            return nil
        }
        let claims = Claims(event, cited: event.authEvents, atHand: atHand)
        let cited = try claims.citedEvents()
        let decision = Authorization.decide(event, citing: cited, create: try claims.create(cited))
        let isDenied = decision.verdict == .deny
        if isDenied { summary.denied += 1 }
        if let wasRejected = imported.wasRejected, wasRejected != isDenied {
            summary.disagreements.append((event: event.id.text.string, rule: decision.rule.rawValue))
        }
        // A homeserver may have rejected the event by a state that is not at hand here; its word counts.
        let isRejected = isDenied || imported.wasRejected == true
        let outcome = StoredOutcome(
            verdict: decision.verdict,
            rule: decision.rule.rawValue,
            isRejected: isRejected
        )
        return NewEvent(event, pdu: Array(event.json.value.source), outcome: outcome)
    }

    private mutating func wait(_ imported: ImportedEvent, for reason: Unfinished) {
        switch reason {
        case .needs(let ids):
            needed.formUnion(ids)
            resumed.append(imported)
        case .failed(let error):
            guard let missing = firstMissing(of: imported.event) else {
                return undecidable.append((event: imported, refusal: .undecidable(error.message)))
            }
            waiting[missing, default: []].append(imported)
        }
    }

    private func firstMissing(of event: Event) -> EventID? {
        event.citedOrImplied.first { id in
            do throws(Unfinished) { return try atHand.eventIfKnown(id, in: event.roomID) == nil } catch { return false }
        }
    }

    private mutating func store(_ batch: [NewEvent]) async throws(AuthGraphError) {
        guard !batch.isEmpty else { return }
        let areNew = try await graph.save(batch)
        summary.stored += areNew.count(where: { $0 })
        summary.known += areNew.count(where: { !$0 })
    }
}
