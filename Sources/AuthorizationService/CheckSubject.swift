import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

/// What a request asks to decide: an event that it sends or that is stored, and the run of checks over it.
struct CheckSubject {
    private enum Reading {
        case event(Event)
        case malformed(FormatViolation, JSONValue)
    }

    let run: CheckRun
    private let reading: Reading

    init(_ params: Params, named: RoomVersion?, _ atHand: borrowing EventsAtHand) throws(Unfinished) {
        guard let value = params["event"] else {
            let event = try atHand.storedEvent(params, named: named)
            let request = CheckRequest(one: params)
            let atHand = try atHand.bringing(params, request, event.roomVersion)
            self.init(CheckRun(request, version: event.roomVersion, atHand: atHand), .event(event))
            return
        }
        try self.init(value, CheckRequest(one: params), params, named: named, atHand)
    }

    /// The event under the parameter `event`, `value`, of a method that declares `events` and `room_version` too.
    init(
        _ value: JSONValue,
        _ request: CheckRequest,
        _ params: Params,
        named: RoomVersion?,
        _ atHand: borrowing EventsAtHand
    ) throws(Unfinished) {
        let object = value.object
        let version = try atHand.roomVersion(
            named: named,
            example: object,
            brought: params.optionalArray("events"),
            references: request.authEvents ?? object?.rawReferences ?? []
        )
        try self.init(value, request, params, version, atHand)
    }

    /// As ``init(_:_:_:named:_:)``, where the room version is known.
    init(
        _ value: JSONValue,
        _ request: CheckRequest,
        _ params: Params,
        _ version: RoomVersion,
        _ atHand: borrowing EventsAtHand
    ) throws(Unfinished) {
        run = CheckRun(request, version: version, atHand: try atHand.bringing(params, request, version))
        do throws(FormatViolation) {
            reading = .event(try Event(value, roomVersion: version))
        } catch {
            // An id that is not the event's own is a mistake of the caller's, not of the event's sender.
            let isWrongID = error.rule == .eventID && !version.format.carriesID
            guard request.checks.contains(.format), !isWrongID else {
                let path = params.path(to: "event").appending(pointer: error.path)
                throw .failed(.invalidParams(path: path, expected: error.expectation))
            }
            reading = .malformed(error, value)
        }
    }

    private init(_ run: CheckRun, _ reading: Reading) {
        self.run = run
        self.reading = reading
    }

    /// The same with more events at hand.
    func with(_ atHand: EventsAtHand) -> CheckSubject {
        CheckSubject(CheckRun(run.request, version: run.version, atHand: atHand), reading)
    }

    /// The event, where it could be read.
    var event: Event? {
        if case .event(let event) = reading { event } else { nil }
    }

    /// The event whose signatures are to be checked; `nil` where that is not asked for, or its format denies it already.
    var eventToVerify: Event? {
        guard run.request.checks.contains(.signatures), let event, run.formatViolation(of: event) == nil else {
            return nil
        }
        return event
    }

    /// Runs the checks that the request asks for.
    ///
    /// - Parameters:
    ///   - signatures: what came of the signatures of ``eventToVerify``, where there is one.
    ///   - lacking: the servers whose signatures would make them good.
    func result(
        signatures: SignatureFinding? = nil,
        lacking: [ServerName] = []
    ) throws(Unfinished) -> CheckResult {
        switch reading {
        case .event(let event): try run.result(for: event, signatures: signatures, lacking: lacking)
        case .malformed(let violation, let json): run.result(of: violation, in: json)
        }
    }
}

extension EventsAtHand {
    /// The event under the request's `event_id`.
    fileprivate func storedEvent(_ params: Params, named: RoomVersion?) throws(Unfinished) -> Event {
        let id = EventID(params.optionalString("event_id") ?? UTF8Text(""))
        let event = try storedEvent(id, at: params.path(to: "event_id"))
        guard named == nil || named == event.roomVersion else {
            let expected = "\"\(event.roomVersion)\", as the event is stored"
            throw .failed(.invalidParams(path: params.path(to: "room_version"), expected: expected))
        }
        return event
    }

    /// With the events that the request brings along.
    fileprivate func bringing(
        _ params: Params,
        _ request: CheckRequest,
        _ version: RoomVersion
    ) throws(Unfinished) -> EventsAtHand {
        let events = try finishing { () throws(RPCError) in try params.events("events", version) }
        return bringing(events, rejected: request.rejected)
    }
}
