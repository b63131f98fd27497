import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension EventsAtHand {
    /// A room's state: the events with `ids`, in that order.
    ///
    /// - Parameter path: where the request names them.
    /// - Throws: `invalid_params` where one of them can be no part of the state of `room`.
    func state(
        _ ids: [EventID],
        of room: (id: RoomID, version: RoomVersion),
        at path: JSONPointer
    ) throws(Unfinished) -> [AuthEvent] {
        let events = try events(ids, in: room.id).map(\.event)
        for (index, event) in events.enumerated() {
            _ = try finishing { () throws(RPCError) in try event.place(inStateOf: room, at: path.appending(index)) }
        }
        return events
    }

    /// As ``state(_:of:at:)``, by place.
    ///
    /// - Throws: `invalid_params` also where two of them stand in one place.
    func stateByPlace(
        _ ids: [EventID],
        of room: (id: RoomID, version: RoomVersion),
        at path: JSONPointer
    ) throws(Unfinished) -> [StateKey: AuthEvent] {
        var byPlace: [StateKey: AuthEvent] = [:]
        for (index, event) in try state(ids, of: room, at: path).enumerated() {
            guard let key = event.stateKeyPair else { continue }
            try finishing { () throws(RPCError) in try byPlace.put(event, at: key, path.appending(index)) }
        }
        return byPlace
    }

    /// The room of which the first of `ids` is an event, sent or stored.
    func roomID(ofFirstOf ids: [EventID]) throws(Unfinished) -> RoomID? {
        guard let first = ids.first else { return nil }
        if let sent = brought[first]?.first { return sent.event.roomID }
        return try storedEvent(first, at: JSONPointer()).roomID
    }

    /// The stored event that `id` alone names.
    ///
    /// - Parameter path: where the request names it.
    /// - Throws: `events_missing`; `invalid_params` where several rooms have chosen the id.
    func storedEvent(_ id: EventID, at path: JSONPointer) throws(Unfinished) -> Event {
        let stored = try stored(id, in: nil)
        // An event whose hash the id is comes before those whose senders chose it.
        let hashed = stored.filter { !$0.roomVersion.format.carriesID }
        let named = hashed.isEmpty ? stored : hashed
        guard let event = named.first else { throw .failed(.eventsMissing(ids: [id.text.string])) }
        guard named.count == 1 else {
            let expected = "an id that one room has; \(named.count) have this one, so send the event itself"
            throw .failed(.invalidParams(path: path, expected: expected))
        }
        return event
    }

    /// The create event behind `cited`, however far, from which the draft of 2014 takes it, `nil` where there is none; and
    /// all that was walked over to find it.
    func create(
        reachableFrom cited: [CitedEvent],
        in roomID: RoomID
    ) throws(Unfinished) -> (create: CitedEvent?, walked: [CitedEvent]) {
        var visited = Set(cited.map(\.event.id))
        var level = cited
        var walked: [CitedEvent] = []
        while !level.isEmpty {
            if let create = level.first(where: { $0.event.stateKeyPair == StateKey(.create) }) {
                return (create, walked)
            }
            var next: [EventID] = []
            for cited in level { next += try citations(of: cited.event).filter { visited.insert($0).inserted } }
            guard visited.count <= Self.visitLimit else {
                throw .failed(.tooLarge(what: "the protocol graph", limit: Self.visitLimit, unit: .events))
            }
            level = try events(next, in: roomID)
            walked += level
        }
        return (nil, walked)
    }

    /// Events that one request may walk over in search of the create event. Every level of them costs a query.
    private static let visitLimit = 1_000
}

extension [StateKey: AuthEvent] {
    /// Puts an event of a room's state in its place.
    ///
    /// - Parameter path: where the request names it.
    /// - Throws: `invalid_params` where another one is there already.
    mutating func put(_ event: AuthEvent, at key: StateKey, _ path: JSONPointer) throws(RPCError) {
        guard updateValue(event, forKey: key) == nil else {
            throw .invalidParams(path: path, expected: "a state with one event at \(key), not two")
        }
    }
}

extension AuthEvent {
    /// Where the event stands in the state of `room`.
    ///
    /// - Parameter path: where the request names it.
    /// - Throws: `invalid_params` where it can be no part of that state.
    func place(inStateOf room: (id: RoomID, version: RoomVersion), at path: JSONPointer) throws(RPCError) -> StateKey {
        guard roomID == room.id, roomVersion == room.version, let key = stateKeyPair else {
            let expected = "a state event of the room \(room.id) and of room version \(room.version)"
            throw .invalidParams(path: path, expected: expected)
        }
        return key
    }
}
