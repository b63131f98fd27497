import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// The events that one request can decide with: those it brought along, those that memory holds, and those that were
/// loaded for it.
struct EventsAtHand: Sendable {
    let graph: AuthGraph
    /// By their ids; in room versions 1 and 2 there may be one a room.
    private(set) var brought: [EventID: [BroughtEvent]] = [:]
    /// What the store has under the ids it was asked for: nothing, an event, or in room versions 1 and 2 one a room.
    private var loaded: [EventID: [GraphEvent]] = [:]
    /// Ids that the caller knows to have been rejected.
    private var rejected: Set<EventID> = []
    /// How many times the store was asked.
    private(set) var queryCount = 0
    /// What whole chains say, as far as this request had that found out.
    var chains = ChainFindings()
    /// Whether somebody takes down what decisions are made of.
    private let areDecisionsRecorded: Bool

    struct BroughtEvent {
        let event: Event
        let cited: CitedEvent
    }

    /// - Parameters:
    ///   - params: the request; what is found out for it is kept in the store where its caller may write.
    ///   - isRecorded: whether somebody takes down what decisions are made of.
    init(_ graph: AuthGraph, for params: Params? = nil, isRecorded: Bool = false) {
        self.graph = graph
        areDecisionsRecorded = isRecorded
        chains.areKept = params?.session.caller.may(.write) ?? false
    }

    /// The same with events that the request brought along; they stand in place of what is stored under their ids.
    func bringing(_ events: [Event], rejected: Set<EventID> = []) -> EventsAtHand {
        if events.isEmpty, rejected.isEmpty, self.rejected.isEmpty { return self }
        var copy = self
        copy.rejected = rejected
        for event in events { copy.bring(event, isRejected: rejected.contains(event.id)) }
        return copy
    }

    /// Adds an event, in place of an earlier one with the same id and room.
    mutating func bring(_ event: Event, isRejected: Bool) {
        let others = brought[event.id]?.filter { $0.event.roomID != event.roomID } ?? []
        brought[event.id] = others + [BroughtEvent(event: event, cited: CitedEvent(event, isRejected: isRejected))]
    }

    /// The same, with `ids` counting as rejected.
    func rejecting(_ ids: Set<EventID>) -> EventsAtHand {
        var copy = self
        copy.rejected.formUnion(ids)
        return copy
    }

    /// Loads what is needed; what is not stored is known to be absent from then on.
    mutating func load(_ needs: EventNeeds) async throws(AuthGraphError) {
        queryCount += 1
        let events = try await graph.load(needs)
        for id in needs.cited + needs.whole { loaded[id] = events[id] ?? [] }
    }

    /// What a decision that `call` makes again is made of; `nil` where nobody takes it down.
    func basis(_ call: @autoclosure () -> DecisionBasis.Call) -> DecisionBasis? {
        areDecisionsRecorded ? DecisionBasis(call: call()) : nil
    }

    // MARK: As others cite them

    /// The events with `ids`, in that order, as events of `roomID` cite them.
    ///
    /// - Throws: everything that has to be loaded first, or that some are neither sent nor stored.
    func events(_ ids: [EventID], in roomID: RoomID?) throws(Unfinished) -> [CitedEvent] {
        let found = lookUp(ids, in: roomID)
        var events: [CitedEvent] = []
        events.reserveCapacity(ids.count)
        for event in found { if let event { events.append(event) } }
        guard events.count < ids.count else { return events }
        let absent = zip(ids, found).filter { $1 == nil }.map(\.0)
        let unknown = absent.filter { !wasAskedFor($0) }
        guard unknown.isEmpty else { throw .needs(EventNeeds(cited: unknown, in: roomID)) }
        throw .failed(.eventsMissing(ids: absent.map(\.text.string)))
    }

    /// Those of `ids` that would have to be loaded before it is known whether there are such events.
    func unknown(among ids: [EventID], in roomID: RoomID?) -> [EventID] {
        zip(ids, lookUp(ids, in: roomID)).filter { $1 == nil && !wasAskedFor($0) }.map(\.0)
    }

    /// Those of `ids` that are neither sent nor stored.
    func missing(among ids: [EventID], in roomID: RoomID?) -> [EventID] {
        zip(ids, lookUp(ids, in: roomID)).filter { $1 == nil && wasAskedFor($0) }.map(\.0)
    }

    /// Whether an event of `roomID` that cites `id` can be decided as far as that goes.
    func isAtHand(_ id: EventID, in roomID: RoomID) -> Bool {
        isBrought(id) || loaded[id]?.isEmpty == false || graph.cited([id], in: roomID).contains { $0 != nil }
    }

    func isBrought(_ id: EventID) -> Bool { brought[id] != nil }

    /// Whether the store was asked for `id` for this request.
    func wasAskedFor(_ id: EventID) -> Bool { loaded[id] != nil }

    /// Whether the store was asked for `id` for this request, and has an event of the room under it.
    func isStored(_ id: EventID, in roomID: RoomID) -> Bool {
        loaded[id]?.contains { $0.event.roomID == roomID } ?? false
    }

    /// The event that the request brought along under `id`, as events of `roomID` cite it.
    func brought(_ id: EventID, in roomID: RoomID) -> Event? {
        brought[id]?.inRoom(roomID, \.event.roomID, else: id.isHash)?.event
    }

    /// The event of the room that the request brought along under `id`.
    func brought(_ id: EventID, of roomID: RoomID) -> Event? {
        brought[id]?.first { $0.event.roomID == roomID }?.event
    }

    /// Whether the caller knows the event to have been rejected.
    func isRejected(_ id: EventID) -> Bool { rejected.contains(id) }

    /// The events with `ids`, in that order; `nil` for one that was not sent and is not stored, as far as is known.
    ///
    /// In room versions 1 and 2 an id means something only together with its room, so an event of `roomID` comes before
    /// all others. Where there is none, an event of another room is what the id names.
    private func lookUp(_ ids: [EventID], in roomID: RoomID?) -> [CitedEvent?] {
        // As most requests have it, which are answered from memory.
        if let roomID, brought.isEmpty, loaded.isEmpty, rejected.isEmpty { return graph.cited(ids, in: roomID) }
        var found = ids.map { ownRoom($0, roomID) }
        let open = found.indices.filter { found[$0] == nil }
        if let roomID, !open.isEmpty {
            let inMemory = graph.cited(open.map { ids[$0] }, in: roomID)
            for (place, event) in zip(open, inMemory) { found[place] = event.map { counted($0) } }
        }
        return zip(ids, found).map { id, event in event ?? otherRooms(id) }
    }

    private func ownRoom(_ id: EventID, _ roomID: RoomID?) -> CitedEvent? {
        if let sent = brought[id]?.inRoom(roomID, \.event.roomID, else: id.isHash) { return sent.cited }
        return loaded[id]?.inRoom(roomID, \.event.roomID, else: id.isHash).map { counted($0.cited) }
    }

    private func otherRooms(_ id: EventID) -> CitedEvent? {
        guard let loaded = loaded[id] else { return nil }
        return brought[id]?.first?.cited ?? loaded.first.map { counted($0.cited) }
    }

    /// The event, rejected also where the caller knows that it was.
    private func counted(_ event: CitedEvent) -> CitedEvent {
        rejected.contains(event.event.id) ? CitedEvent(event.event, isRejected: true) : event
    }

    /// What an event at hand cites.
    func citations(of event: AuthEvent) throws(Unfinished) -> [EventID] {
        if let sent = brought(event.id, of: event.roomID) { return sent.authEvents }
        if let whole = loaded[event.id]?.first(where: { $0.event.roomID == event.roomID })?.whole {
            return whole.authEvents
        }
        if let citations = graph.citations(of: event.id, in: event.roomID) { return citations }
        throw .needs(EventNeeds(whole: [event.id], in: event.roomID))
    }

    /// Runs `body`. Where it needs events, one query brings along `references`, which later checks will need.
    func needing<Value>(
        _ references: @autoclosure () -> [EventID],
        _ body: () throws(Unfinished) -> Value
    ) throws(Unfinished) -> Value {
        do throws(Unfinished) {
            return try body()
        } catch {
            guard case .needs(var needs) = error else { throw error }
            needs.cited += unknown(among: references(), in: needs.roomID)
            throw .needs(needs)
        }
    }

    // MARK: Themselves

    /// The events of the room with `ids`, in that order; those that are neither sent nor stored are left out.
    func whole(_ ids: [EventID], in roomID: RoomID) throws(Unfinished) -> [Event] {
        var events: [Event] = []
        var unknown = EventNeeds()
        for id in ids {
            do throws(Unfinished) {
                let found = if let sent = brought(id, in: roomID) { [sent] } else { try stored(id, in: roomID) }
                events += found.filter { $0.roomID == roomID }
            } catch {
                guard case .needs(let needs) = error else { throw error }
                unknown.form(union: needs)
            }
        }
        guard unknown.isEmpty else { throw .needs(unknown) }
        return events
    }

    /// What is stored under `id`, in whichever rooms.
    func stored(_ id: EventID, in roomID: RoomID?) throws(Unfinished) -> [Event] {
        if let events = loaded[id] {
            let whole = events.compactMap(\.whole)
            if whole.count == events.count { return whole }
        }
        if let event = graph.event(id, in: roomID) { return [event] }
        throw .needs(EventNeeds(whole: [id], in: roomID))
    }

    /// The id, where it was not asked for whether, and as what, it is stored.
    func notLoaded(_ id: EventID) -> [EventID] {
        (try? outcomes(of: id, in: nil)) == nil ? [id] : []
    }

    /// What is stored under `id` and what was decided of it, as the store said when it was asked for this request.
    func outcomes(of id: EventID, in roomID: RoomID?) throws(Unfinished) -> [GraphEvent] {
        guard let events = loaded[id], events.allSatisfy({ $0.whole != nil }) else {
            throw .needs(EventNeeds(whole: [id], in: roomID))
        }
        return events
    }

    /// What its room has, sent or stored, under the id of `event`.
    func counterpart(of event: Event) throws(Unfinished) -> Event? {
        if let sent = brought(event.id, of: event.roomID) { return sent }
        return try stored(event.id, in: event.roomID).first { $0.roomID == event.roomID }
    }
}

extension Array {
    /// The element of the room; where there is none and `isHash`, the first: a hash names one event wherever it is. Formats
    /// whose senders choose ids let them choose one that looks like a hash, so the room comes first.
    fileprivate func inRoom(_ roomID: RoomID?, _ room: (Element) -> RoomID, else isHash: Bool) -> Element? {
        first { room($0) == roomID } ?? (isHash ? first : nil)
    }
}

/// Why a request has no answer yet.
enum Unfinished: Error {
    /// These have to be loaded first.
    case needs(EventNeeds)
    case failed(RPCError)
}

/// Runs `body`, whose errors are final.
func finishing<Value>(_ body: () throws(RPCError) -> Value) throws(Unfinished) -> Value {
    do throws(RPCError) {
        return try body()
    } catch {
        throw .failed(error)
    }
}
