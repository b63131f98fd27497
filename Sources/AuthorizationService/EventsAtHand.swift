import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// The events that one request can decide with: those it brought along, those that memory holds, and those that were
/// loaded for it.
struct EventsAtHand: Sendable {
    private let graph: AuthGraph
    /// By their ids; in room versions 1 and 2 there may be one a room.
    private var brought: [EventID: [CitedEvent]] = [:]
    /// What the store has under the ids it was asked for: nothing, an event, or in room versions 1 and 2 one a room.
    private var loaded: [EventID: [GraphEvent]] = [:]
    /// Ids that the caller knows to have been rejected.
    private var rejected: Set<EventID> = []

    init(_ graph: AuthGraph) {
        self.graph = graph
    }

    /// The same with events that the request brought along; they stand in place of what is stored under their ids.
    func bringing(_ events: [Event], rejected: Set<EventID> = []) -> EventsAtHand {
        var copy = self
        copy.rejected = rejected
        for event in events { copy.bring(CitedEvent(event, isRejected: rejected.contains(event.id))) }
        return copy
    }

    /// Adds an event, in place of an earlier one with the same id and room.
    mutating func bring(_ event: CitedEvent) {
        let others = brought[event.event.id]?.filter { $0.event.roomID != event.event.roomID } ?? []
        brought[event.event.id] = others + [event]
    }

    /// Loads `ids`; those that are not stored are known to be absent from then on.
    mutating func load(_ ids: [EventID]) async throws(AuthGraphError) {
        let events = try await graph.load(ids)
        for id in ids { loaded[id] = events[id] ?? [] }
    }

    /// The events with `ids`, in that order, as events of `roomID` cite them.
    ///
    /// - Throws: everything that has to be loaded first, or that some are neither sent nor stored.
    func events(_ ids: [EventID], in roomID: RoomID?) throws(Unfinished) -> [CitedEvent] {
        var found: [CitedEvent] = []
        found.reserveCapacity(ids.count)
        var unknown: [EventID] = []
        var missing: [EventID] = []
        for id in ids {
            switch lookUp(id, in: roomID) {
            case .found(let event): found.append(event)
            case .missing: missing.append(id)
            case .unknown: unknown.append(id)
            }
        }
        guard unknown.isEmpty else { throw .needs(unknown) }
        guard missing.isEmpty else { throw .failed(.eventsMissing(ids: missing.map(\.text.string))) }
        return found
    }

    /// Those of `ids` that would have to be loaded before it is known whether there are such events.
    func unknown(among ids: [EventID], in roomID: RoomID?) -> [EventID] {
        ids.filter { if case .unknown = lookUp($0, in: roomID) { true } else { false } }
    }

    /// Those of `ids` that are neither sent nor stored.
    func missing(among ids: [EventID], in roomID: RoomID?) -> [EventID] {
        ids.filter { if case .missing = lookUp($0, in: roomID) { true } else { false } }
    }

    /// What is stored under `id`, in whichever rooms.
    func stored(_ id: EventID, in roomID: RoomID?) throws(Unfinished) -> [GraphEvent] {
        if let events = loaded[id] { return events }
        if let event = graph.event(id, in: roomID) { return [event] }
        throw .needs([id])
    }

    /// What its room has, sent or stored, under the id of `event`.
    func counterpart(of event: Event) throws(Unfinished) -> Event? {
        let sent = brought[event.id]?.map(\.event) ?? []
        if let known = sent.first(where: { $0.roomID == event.roomID }) { return known }
        return try stored(event.id, in: event.roomID).map(\.event).first { $0.roomID == event.roomID }
    }

    private enum LookUp {
        case found(CitedEvent)
        /// Neither sent nor stored.
        case missing
        /// Not sent, and the store was not asked yet.
        case unknown
    }

    /// In room versions 1 and 2 an id means something only together with its room, so an event of `roomID` comes before
    /// all others. Where there is none, an event of another room is what the id names.
    private func lookUp(_ id: EventID, in roomID: RoomID?) -> LookUp {
        let sent = brought[id] ?? []
        if let event = sent.first(where: { id.isHash || $0.event.roomID == roomID }) { return .found(event) }
        let loaded = loaded[id]
        let stored = loaded?.first { id.isHash || $0.event.roomID == roomID } ?? graph.event(id, in: roomID)
        if let stored { return .found(cited(stored)) }
        guard let loaded else { return .unknown }
        return (sent.first ?? loaded.first.map(cited)).map { .found($0) } ?? .missing
    }

    private func cited(_ stored: GraphEvent) -> CitedEvent {
        let isRejected = stored.outcome.isRejected || rejected.contains(stored.event.id)
        return CitedEvent(stored.event, isRejected: isRejected)
    }
}

/// Why a request has no answer yet.
enum Unfinished: Error {
    /// These have to be loaded first.
    case needs([EventID])
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
