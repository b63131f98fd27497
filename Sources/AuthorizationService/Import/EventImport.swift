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
    }

    private let graph: AuthGraph
    private let versionPath = JSONPointer().appending("room_version")
    private var atHand: EventsAtHand
    /// Events that wait, by the missing event that they wait for.
    private var waiting: [EventID: [ImportedEvent]] = [:]
    /// Events that need these looked up before they can be decided.
    private var resumed: [ImportedEvent] = []
    private var needed = EventNeeds()
    private var undecidable: [(event: ImportedEvent, refusal: ImportRefusal)] = []
    package private(set) var summary = Summary()

    package init(into graph: AuthGraph) {
        self.graph = graph
        atHand = EventsAtHand(graph)
    }

    /// Decides and stores a chunk, and what waited for it.
    package mutating func add(_ chunk: [ImportedEvent]) async throws(AuthGraphError) {
        atHand = EventsAtHand(graph)
        var queue = chunk
        while !queue.isEmpty {
            for event in queue.map(\.event) {
                needed.whole.append(event.id)
                needed.cited += atHand.unknown(among: event.citedOrImplied, in: event.roomID)
            }
            try await atHand.load(needed)
            needed = EventNeeds()
            try await store(decided(queue))
            queue = resumed
            resumed = []
        }
    }

    /// Ends the import.
    ///
    /// - Returns: the events that were not stored, each with the reason.
    package func finish() -> [(event: ImportedEvent, refusal: ImportRefusal)] {
        let waited = waiting.flatMap { missing, events in events.map { (event: $0, missing: missing) } }
        let refused = Set(undecidable.map(\.event.event.id) + waited.map(\.event.event.id))
        return undecidable
            + waited.map { event, missing in
                (event, refused.contains(missing) ? .needsRefused(missing) : .missing(missing))
            }
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
                atHand.bring(new.event, isRejected: new.outcome.isRejected)
                queue += waiting.removeValue(forKey: new.event.id) ?? []
            } catch {
                wait(imported, for: error)
            }
        }
        return batch
    }

    /// The event with its verdict; `nil` where it is stored already.
    private mutating func decide(_ imported: ImportedEvent) throws(Unfinished) -> NewEvent? {
        let event = imported.event
        if let known = try atHand.counterpart(of: event) {
            guard known.isSame(as: event) else { throw .failed(.otherContent(under: event.id)) }
            summary.known += 1
            return nil
        }
        if event.isCreate {
            try finishing { () throws(RPCError) in try event.checkNamesOwnVersion(at: versionPath) }
        }
        let decision = try Claims(event, atHand: atHand, versionPath: versionPath).decide()
        let isDenied = decision.verdict == .deny
        if isDenied { summary.denied += 1 }
        if let wasRejected = imported.wasRejected, wasRejected != isDenied {
            summary.disagreements.append((event: event.id.text.string, rule: decision.rule.rawValue))
        }
        // A homeserver may have rejected the event by a state that is not at hand here; its word counts.
        let outcome = StoredOutcome(decision, wasRejected: imported.wasRejected == true)
        return NewEvent(event, pdu: Array(event.json.value.source), outcome: outcome)
    }

    private mutating func wait(_ imported: ImportedEvent, for reason: Unfinished) {
        let event = imported.event
        switch reason {
        case .needs(let needs):
            needed.form(union: needs)
            resumed.append(imported)
        case .failed(let error):
            let missing = atHand.missing(among: event.citedOrImplied, in: event.roomID).first
            guard case .eventsMissing = error, let missing else {
                return undecidable.append((event: imported, refusal: .undecidable(error.message)))
            }
            waiting[missing, default: []].append(imported)
        }
    }

    private mutating func store(_ batch: [NewEvent]) async throws(AuthGraphError) {
        guard !batch.isEmpty else { return }
        let areNew = try await graph.save(batch)
        summary.stored += areNew.count(where: { $0 })
        summary.known += areNew.count(where: { !$0 })
    }
}
