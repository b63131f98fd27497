import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Events that are decided together: each by events of the batch, or by stored ones.
struct EventBatch {
    private let events: [Event]
    private let atHand: EventsAtHand
    private let versionPath: JSONPointer

    /// Reads the events of `params`, each in bytes of its own, and holds them against their format.
    init(_ params: Params, named: RoomVersion?, _ atHand: EventsAtHand) throws(Unfinished) {
        let values = params.optionalArray("events")
        let version = try atHand.roomVersion(named: named, ofEvents: values)
        self.atHand = atHand
        versionPath = params.path(to: "room_version")
        events = try finishing { () throws(RPCError) in
            let checks = params.checks
            var events: [Event] = []
            for event in try params.events("events", version) {
                let path = params.path(to: "events").appending(events.count)
                events.append(try event.accepted(params, checks, at: path))
            }
            return events
        }
    }

    /// Every event with its verdict, in the order given; and the decision, where it was made now. What is stored already
    /// keeps the verdict it has.
    func decided() throws(Unfinished) -> [(new: NewEvent, result: CheckResult?)] {
        try requireReferences()
        var outcomes = try storedOutcomes()
        let new = events.filter { outcomes[$0.id] == nil }
        var known = atHand.bringing(new)
        try requireNothingMissing(new, known)
        let order = CitationOrder(new)
        try finishing { () throws(RPCError) in try order.checkIsComplete() }
        var results: [EventID: CheckResult] = [:]
        for event in order.events {
            let claims = try Claims(event, atHand: known, versionPath: versionPath)
            let decision = claims.decide()
            let outcome = StoredOutcome(decision)
            results[event.id] = known.result(of: decision, on: event, claims)
            if outcome.isRejected { known.bring(event, isRejected: true) }
            outcomes[event.id] = outcome
        }
        return events.compactMap { event in
            outcomes[event.id].map { outcome in
                let new = NewEvent(event, pdu: Array(event.json.value.source), outcome: outcome)
                return (new, results[event.id])
            }
        }
    }

    /// The current state that the request tells of a room; `nil` where it tells none.
    ///
    /// - Throws: `invalid_params` where it is no state of that room; `events_missing` where its events are neither sent nor
    ///   stored.
    func state(_ params: Params) throws(Unfinished) -> StateOfRoom? {
        guard let value = params.optionalObject("state_of") else { return nil }
        let path = params.path(to: "state_of")
        guard let roomID = value["room_id"]?.text.flatMap({ RoomID($0) }) else {
            throw .failed(.invalidParams(path: path.appending("room_id"), expected: "a room's id"))
        }
        let ids = value["event_ids"]?.array?.compactMap { $0.text.map { EventID($0) } } ?? []
        let idsPath = path.appending("event_ids")
        let known = atHand.bringing(events)
        guard let version = try known.events(ids, in: roomID).first?.event.roomVersion else {
            throw .failed(.invalidParams(path: idsPath, expected: "the id of an event at least"))
        }
        let state = try known.stateByPlace(ids, of: (roomID, version), at: idsPath)
        guard state[StateKey(.create)] != nil else {
            throw .failed(.invalidParams(path: idsPath, expected: "a state with the room's create event"))
        }
        return StateOfRoom(roomID: roomID, ids: ids)
    }

    /// Asks for everything that is to be loaded, at once.
    private func requireReferences() throws(Unfinished) {
        let known = atHand.bringing(events)
        var unknown = EventNeeds(in: events.first?.roomID)
        for event in events {
            unknown.whole += atHand.notLoaded(event.id)
            unknown.cited += known.unknown(among: event.citedOrImplied, in: event.roomID)
        }
        guard unknown.isEmpty else { throw .needs(unknown) }
    }

    private func requireNothingMissing(_ new: [Event], _ known: EventsAtHand) throws(Unfinished) {
        var named: Set<EventID> = []
        let missing = new.flatMap { known.missing(among: $0.citedOrImplied, in: $0.roomID) }
            .filter { named.insert($0).inserted }
        guard missing.isEmpty else { throw .failed(.eventsMissing(ids: missing.map(\.text.string))) }
    }

    private func storedOutcomes() throws(Unfinished) -> [EventID: StoredOutcome] {
        var outcomes: [EventID: StoredOutcome] = [:]
        for event in events {
            let ofRoom = try atHand.outcomes(of: event.id, in: event.roomID).first { $0.event.roomID == event.roomID }
            guard let stored = ofRoom else { continue }
            guard stored.whole?.isSame(as: event) ?? true else { throw .failed(.otherContent(under: event.id)) }
            outcomes[event.id] = stored.outcome
        }
        return outcomes
    }
}

/// The current state of a room, as whoever keeps it tells.
struct StateOfRoom {
    let roomID: RoomID
    let ids: [EventID]
}

extension EventsAtHand {
    /// The result of deciding a new event by its claims alone.
    fileprivate func result(of decision: Decision, on event: Event, _ claims: Claims) -> CheckResult {
        var basis = basis(.check(event.json.value, references: nil, states: [:], checks: []))
        basis?.need(claims.found, among: self)
        return CheckResult(
            roomVersion: event.roomVersion,
            eventID: event.id,
            sender: event.sender,
            gate: .authEvents,
            finding: .decision(decision),
            isRedacted: false,
            trace: nil,
            basis: basis
        )
    }
}

extension RPCError {
    static func otherContent(under id: EventID) -> RPCError {
        .graphCorrupt(eventIDs: [id.text.string], explanation: "another event is stored under the id \(id)")
    }
}

extension StoredOutcome {
    /// - Parameter wasRejected: whether a homeserver rejected the event, perhaps by a state that is not known here.
    init(_ decision: Decision, wasRejected: Bool = false) {
        self.init(
            verdict: decision.verdict,
            rule: decision.rule.rawValue,
            isRejected: decision.verdict == .deny || wasRejected
        )
    }
}

extension Event {
    /// Whether `stored`, which has the same id, is this event. From room version 3 on the id says so.
    func isSame(as other: Event) -> Bool {
        !roomVersion.format.carriesID || referenceHash == other.referenceHash
    }

    /// The event as it is to be stored: of valid format, and redacted where its content does not match its hash and
    /// the caller asks for that check.
    fileprivate func accepted(
        _ params: Params,
        _ checks: EventChecks,
        at path: JSONPointer
    ) throws(RPCError) -> Event {
        do throws(FormatViolation) {
            if checks.contains(.format) { try checkFormat() }
        } catch {
            throw .invalidParams(path: path.appending(pointer: error.path), expected: error.expectation)
        }
        if isCreate { try checkNamesOwnVersion(at: params.path(to: "room_version")) }
        do throws(EventReadingError) {
            let isRedacted = checks.contains(.hash) && !contentHashMatches
            let bytes = isRedacted ? redactedBytes : Array(json.value.source)
            return try Event(parsing: bytes, roomVersion: roomVersion)
        } catch {
            throw .invalidParams(path: path, expected: "a valid event: \(error)")
        }
    }
}
