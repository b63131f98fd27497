import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// The events that one request can decide with: those it brought along, those that memory holds, and those that were
/// loaded for it.
struct EventsAtHand: Sendable {
    private let graph: AuthGraph
    private var brought: [EventID: CitedEvent] = [:]
    private var loaded: [EventID: [GraphEvent]] = [:]
    private var absent: Set<EventID> = []
    /// Ids that the caller knows to have been rejected.
    private var rejected: Set<EventID> = []

    init(_ graph: AuthGraph) {
        self.graph = graph
    }

    /// The same with events that the request brought along; they stand in place of what is stored under their ids.
    func bringing(_ events: [Event], rejected: Set<EventID> = []) -> EventsAtHand {
        var copy = self
        copy.rejected = rejected
        for event in events {
            copy.brought[event.id] = CitedEvent(event, isRejected: rejected.contains(event.id))
        }
        return copy
    }

    /// Adds an event that was decided since.
    mutating func bring(_ event: CitedEvent) {
        brought[event.event.id] = event
    }

    /// From now on `id`, which the request brought along, counts as rejected.
    mutating func reject(_ id: EventID) {
        brought[id] = brought[id].map { CitedEvent($0.event, isRejected: true) }
    }

    /// Loads `ids`; those that are not stored are known to be absent from then on.
    mutating func load(_ ids: [EventID]) async throws(AuthGraphError) {
        let events = try await graph.load(ids)
        loaded.merge(events) { _, new in new }
        absent.formUnion(ids.filter { events[$0] == nil })
    }

    /// The events with `ids`, in that order, as events of `roomID` cite them.
    ///
    /// - Throws: what has to be loaded first, or that some are neither sent nor stored.
    func events(_ ids: [EventID], in roomID: RoomID?) throws(Unfinished) -> [CitedEvent] {
        var found: [CitedEvent] = []
        found.reserveCapacity(ids.count)
        var unknown: [EventID] = []
        var missing: [EventID] = []
        for id in ids {
            if let event = event(id, in: roomID) {
                found.append(event)
            } else if absent.contains(id) {
                missing.append(id)
            } else {
                unknown.append(id)
            }
        }
        guard unknown.isEmpty else { throw .needs(unknown) }
        guard missing.isEmpty else { throw .failed(.eventsMissing(ids: missing.map(\.text.string))) }
        return found
    }

    /// The event with `id`, or `nil` where it is neither sent nor stored.
    func eventIfKnown(_ id: EventID, in roomID: RoomID?) throws(Unfinished) -> CitedEvent? {
        if let event = event(id, in: roomID) { return event }
        guard absent.contains(id) else { throw .needs([id]) }
        return nil
    }

    /// What is stored under `id`, in whichever rooms.
    func stored(_ id: EventID, in roomID: RoomID?) throws(Unfinished) -> [GraphEvent] {
        if let event = graph.event(id, in: roomID) { return [event] }
        if let events = loaded[id] { return events }
        guard absent.contains(id) else { throw .needs([id]) }
        return []
    }

    private func event(_ id: EventID, in roomID: RoomID?) -> CitedEvent? {
        if let event = brought[id] { return event }
        guard let stored = storedInMemory(id, in: roomID) else { return nil }
        return CitedEvent(stored.event, isRejected: stored.outcome.isRejected || rejected.contains(id))
    }

    /// Of several events with one id (room versions 1 and 2) the one of the room.
    private func storedInMemory(_ id: EventID, in roomID: RoomID?) -> GraphEvent? {
        if let events = loaded[id] { return events.first { $0.event.roomID == roomID } ?? events.first }
        return graph.event(id, in: roomID)
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
