import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Events that are decided together: each by events of the batch, or by stored ones.
struct EventBatch {
    private let version: RoomVersion
    private let events: [Event]
    private let atHand: EventsAtHand

    /// Reads the events of `params`, each in bytes of its own, and holds them against their format.
    init(_ params: Params, named: RoomVersion?, _ atHand: EventsAtHand) throws(Unfinished) {
        let values = params.optionalArray("events")
        let first = values?.first { _ in true }?.object
        let version = try atHand.roomVersion(
            named: named,
            example: first,
            brought: values,
            references: first?.rawReferences ?? []
        )
        self.version = version
        self.atHand = atHand
        events = try finishing { () throws(RPCError) in
            var events: [Event] = []
            for event in try params.events("events", version) {
                let path = params.path(to: "events").appending(events.count)
                events.append(try event.accepted(params, at: path))
            }
            return events
        }
    }

    /// Every event with its verdict, in the order given. What is stored already keeps the verdict it has.
    func decided() throws(Unfinished) -> [NewEvent] {
        let batch = Dictionary(events.map { ($0.id, $0) }) { first, _ in first }
        try requireReferences(batch)
        var outcomes = try storedOutcomes()
        var known = atHand.bringing(Array(batch.values), rejected: Set(outcomes.filter(\.value.isRejected).keys))
        for event in try inOrderOfCitation(batch) where outcomes[event.id] == nil {
            let outcome = try Self.outcome(of: event, known)
            if outcome.isRejected { known.reject(event.id) }
            outcomes[event.id] = outcome
        }
        return events.compactMap { event in
            outcomes[event.id].map { NewEvent(event, pdu: Array(event.json.value.source), outcome: $0) }
        }
    }

    /// Asks for everything that is to be loaded, at once.
    private func requireReferences(_ batch: [EventID: Event]) throws(Unfinished) {
        var unknown: Set<EventID> = []
        for event in events {
            for id in [event.id] + event.citedOrImplied where id == event.id || batch[id] == nil {
                do throws(Unfinished) {
                    _ = try atHand.stored(id, in: event.roomID)
                } catch {
                    guard case .needs(let ids) = error else { throw error }
                    unknown.formUnion(ids)
                }
            }
        }
        guard unknown.isEmpty else { throw .needs(Array(unknown)) }
    }

    private func storedOutcomes() throws(Unfinished) -> [EventID: StoredOutcome] {
        var outcomes: [EventID: StoredOutcome] = [:]
        for event in events {
            let stored = try atHand.stored(event.id, in: event.roomID)
            outcomes[event.id] = stored.first { $0.event.roomID == event.roomID }?.outcome
        }
        return outcomes
    }

    private static func outcome(of event: Event, _ known: EventsAtHand) throws(Unfinished) -> StoredOutcome {
        let claims = Claims(event, cited: event.authEvents, atHand: known)
        let cited = try claims.citedEvents()
        let decision = Authorization.decide(event, citing: cited, create: try claims.create(cited))
        return StoredOutcome(
            verdict: decision.verdict,
            rule: decision.rule.rawValue,
            isRejected: decision.verdict == .deny
        )
    }

    /// The batch's events, cited ones before those that cite them.
    private func inOrderOfCitation(_ batch: [EventID: Event]) throws(Unfinished) -> [Event] {
        var ordered: [Event] = []
        var waiting: [EventID: Int] = [:]
        var citing: [EventID: [Event]] = [:]
        for event in batch.values {
            let cited = Set(event.citedOrImplied.filter { batch[$0] != nil && $0 != event.id })
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
        guard ordered.count == batch.count else {
            let cycle = waiting.filter { $0.value > 0 }.map(\.key.text.string).sorted()
            throw .failed(.graphCorrupt(eventIDs: cycle, explanation: "events cite each other in a circle"))
        }
        return ordered
    }
}

extension Event {
    /// The events that decide this one: those it cites and, since v12, the one its room id names.
    var citedOrImplied: [EventID] {
        guard roomVersion.format.roomIDIsCreateHash, !isCreate else { return authEvents }
        return authEvents + [roomID.createEventID]
    }

    /// The event as it is to be stored: of valid format, and redacted where its content does not match its hash and
    /// the caller asks for that check.
    fileprivate func accepted(_ params: Params, at path: JSONPointer) throws(RPCError) -> Event {
        do throws(FormatViolation) {
            if params.asksFor("format") { try checkFormat() }
        } catch {
            throw .invalidParams(path: path.appending(pointer: error.path), expected: error.expectation)
        }
        do throws(EventReadingError) {
            let isRedacted = params.asksFor("hash") && !contentHashMatches
            let bytes = isRedacted ? redactedBytes : Array(json.value.source)
            return try Event(parsing: bytes, roomVersion: roomVersion)
        } catch {
            throw .invalidParams(path: path, expected: "a valid event: \(error)")
        }
    }
}
