import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Events that are decided together, in whatever order they were sent: each by others among them, or by stored ones.
struct CheckMany {
    /// An event as it was sent.
    private enum Reading {
        case event(Event)
        case malformed(FormatViolation, JSONValue)
        case refused(RPCError)
    }

    /// What became of an event.
    enum Outcome {
        case decided(CheckResult)
        case undecided(EventID?, RPCError)
    }

    private let request: CheckRequest
    private let version: RoomVersion
    private(set) var atHand: EventsAtHand
    private let readings: [Reading]
    /// Every event that could be read, in the order sent.
    let events: [Event]
    /// Their ids.
    private let sent: Set<EventID>

    init(_ params: Params, named: RoomVersion?, _ atHand: EventsAtHand) throws(Unfinished) {
        let values = params.optionalArray("events")
        let version = try atHand.roomVersion(named: named, ofEvents: values)
        request = CheckRequest(many: params)
        self.version = version
        self.atHand = atHand
        let isFormatAskedFor = request.checks.contains(.format)
        let path = params.path(to: "events")
        readings = (values?.map { $0 } ?? []).enumerated().map { index, value in
            do throws(FormatViolation) {
                return .event(try Event(value, roomVersion: version))
            } catch {
                // An id that is not the event's own is a mistake of the caller's, not of the event's sender.
                let isWrongID = error.rule == .eventID && !version.format.carriesID
                guard isWrongID || !isFormatAskedFor else { return .malformed(error, value) }
                let path = path.appending(index).appending(pointer: error.path)
                return .refused(.invalidParams(path: path, expected: error.expectation))
            }
        }
        events = readings.compactMap { if case .event(let event) = $0 { event } else { nil } }
        sent = Set(events.map(\.id))
    }

    /// The events whose signatures are to be checked.
    func eventsToVerify() -> [Event] {
        guard request.checks.contains(.signatures) else { return [] }
        let run = CheckRun(request, version: version, atHand: atHand)
        return events.filter { run.formatViolation(of: $0) == nil }
    }

    /// Those cited that were not sent: they have to be in the store.
    func requireStored() throws(Unfinished) {
        var needs = EventNeeds(in: events.first?.roomID)
        var seen: Set<EventID> = []
        for event in events {
            needs.cited += event.citedOrImplied.filter { !sent.contains($0) && seen.insert($0).inserted }
        }
        needs.cited = needs.cited.filter { !atHand.wasAskedFor($0) }
        guard needs.isEmpty else { throw .needs(needs) }
        _ = try verifiedStored()
    }

    /// The same with more events at hand.
    func with(_ atHand: EventsAtHand) -> CheckMany {
        var copy = self
        copy.atHand = atHand
        return copy
    }

    /// Decides every event, ancestors first, and gives what became of each in the order sent.
    ///
    /// - Parameter findings: what came of the signatures of ``eventsToVerify()``.
    func outcomes(
        _ findings: SignatureFindings,
        showing meter: inout ProgressMeter
    ) throws(Unfinished) -> [Outcome] {
        var decisions = Decisions(request, version, try verifiedStored(), findings, sent: sent)
        let order = CitationOrder(representatives(findings))
        for (done, event) in order.events.enumerated() {
            try decisions.decide(event)
            guard done % 1_000 == 0 else { continue }
            meter.show((done, order.events.count))
            if Task.isCancelled { throw .failed(.deadlineExceeded) }
        }
        meter.show((order.events.count, order.events.count))
        if !order.unordered.isEmpty { decisions.refuse(order.unordered, CitationOrder.circle(of: order.unordered)) }
        return try readings.map { (reading) throws(Unfinished) in
            switch reading {
            case .event(let event): try decisions.outcome(of: event)
            case .malformed(let violation, let json): .decided(decisions.result(of: violation, in: json))
            case .refused(let error): .undecided(nil, error)
            }
        }
    }

    /// The stored events at hand, those that their own chains deny counting as rejected, where the request asks for that:
    /// of every room that an event was sent of.
    private func verifiedStored() throws(Unfinished) -> EventsAtHand {
        guard request.checks.contains(.chain) else { return atHand }
        var denied: Set<EventID> = []
        for (roomID, events) in Dictionary(grouping: events, by: \.roomID) {
            let stored = Set(events.flatMap(\.citedOrImplied)).filter {
                !sent.contains($0) && atHand.isStored($0, in: roomID)
            }
            let verdicts = try atHand.chainVerdicts(of: Array(stored), in: roomID)
            denied.formUnion(verdicts.filter { $0.value == .deny }.keys)
        }
        return atHand.rejecting(denied)
    }

    /// Of the copies of each event the one that others rest on. An id does not cover signatures, so that whoever relays an
    /// event can put a spoilt copy before a good one: the first that no check denies before the rules, its content whole.
    private func representatives(_ findings: SignatureFindings) -> [Event] {
        let run = CheckRun(request, version: version, atHand: atHand)
        func rank(_ event: Event) -> Int {
            let finding = findings[event]
            if run.isDenied(event, signatures: finding) { return 3 }
            if case .keysMissing = finding { return 2 }
            return request.checks.contains(.hash) && !event.contentHashMatches ? 1 : 0
        }
        let copies = Dictionary(grouping: events, by: \.id)
        return events.filter { event in
            guard let all = copies[event.id], all.count > 1 else { return true }
            return all.min { rank($0) < rank($1) } === event
        }
    }
}

/// The decisions on events that are checked together, as far as they are made.
private struct Decisions {
    private let request: CheckRequest
    private let version: RoomVersion
    private let findings: SignatureFindings
    private let sent: Set<EventID>
    /// The stored events, and those that are decided.
    private var atHand: EventsAtHand
    private var outcomes: [EventID: (event: Event, outcome: CheckMany.Outcome)] = [:]

    init(
        _ request: CheckRequest,
        _ version: RoomVersion,
        _ atHand: EventsAtHand,
        _ findings: SignatureFindings,
        sent: Set<EventID>
    ) {
        self.request = request
        self.sent = sent
        self.version = version
        self.atHand = atHand
        self.findings = findings
    }

    mutating func decide(_ event: Event) throws(Unfinished) {
        let outcome = try check(event)
        outcomes[event.id] = (event, outcome)
        guard case .decided(let result) = outcome else { return }
        // Others see the event as the rules saw it. No run is left that shares the events at hand: adding to them would copy
        // them all.
        let covered = try covered(event)
        atHand.bring(covered, isRejected: result.verdict == .deny)
    }

    private func covered(_ event: Event) throws(Unfinished) -> Event {
        if request.checks.contains(.chain) { return try event.asCovered() }
        return try CheckRun(request, version: version, atHand: atHand).covered(event)
    }

    mutating func refuse(_ events: [Event], _ error: RPCError) {
        for event in events { outcomes[event.id] = (event, .undecided(event.id, error)) }
    }

    /// What became of an event. One that was sent again under the same id, with other signatures perhaps, is decided for
    /// itself; what others rest on is the one that came first.
    func outcome(of event: Event) throws(Unfinished) -> CheckMany.Outcome {
        guard let (first, outcome) = outcomes[event.id] else { return try check(event) }
        if first === event || first.json.value.source == event.json.value.source { return outcome }
        guard !version.format.carriesID else {
            return .undecided(event.id, .otherContent(under: event.id))
        }
        return try check(event)
    }

    func result(of violation: FormatViolation, in json: JSONValue) -> CheckResult {
        CheckRun(request, version: version, atHand: atHand).result(of: violation, in: json)
    }

    private func check(_ event: Event) throws(Unfinished) -> CheckMany.Outcome {
        let run = CheckRun(request, version: version, atHand: atHand, isVerified: true)
        // What was sent counts as it was sent: where that has no verdict, no copy in the store stands in for it.
        let missing = event.citedOrImplied.filter {
            sent.contains($0) ? !atHand.isBrought($0) : !atHand.isAtHand($0, in: event.roomID)
        }
        do throws(Unfinished) {
            guard missing.isEmpty || run.isDenied(event, signatures: findings[event]) else {
                return .undecided(event.id, .eventsMissing(ids: missing.map(\.text.string)))
            }
            return .decided(try run.result(for: event, signatures: findings[event]))
        } catch {
            guard case .failed(let error) = error else { throw error }
            return .undecided(event.id, error)
        }
    }
}
