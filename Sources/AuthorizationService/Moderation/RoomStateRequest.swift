import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Which room's state a request is about: the one that it sends, or the room's current one.
struct RoomStateRequest {
    /// The parameters that name it.
    static let parameters: [Parameter] = [
        .optional("room_id", .string, "The room. Without `state`, its current state is what the store knows."),
        .optional(
            "state",
            .array(of: .either([.reference, .event])),
            "The room's state: ids, or the PDUs themselves; in place of what the store knows."
        ),
        .broughtEvents, .roomVersion,
    ]

    let params: Params
    private let named: RoomVersion?
    private let roomID: RoomID?
    /// The items of `state`; `nil` where the store is to say.
    private let items: [JSONValue]?

    init(_ params: Params) throws(RPCError) {
        self.params = params
        named = try params.roomVersion()
        roomID = try params.optionalString("room_id").map { (text) throws(RPCError) in
            guard let roomID = RoomID(text) else {
                throw .invalidParams(path: params.path(to: "room_id"), expected: "a room id")
            }
            return roomID
        }
        items = params.optionalArray("state")?.map { $0 }
        guard roomID != nil || items?.isEmpty == false else {
            throw .invalidParams(path: params.path(to: "state"), expected: "a room's state, or the room under room_id")
        }
    }

    /// The room whose current state is to be asked for; `nil` where the request sends the state.
    var roomToAskFor: RoomID? { items == nil ? roomID : nil }

    private var path: JSONPointer { params.path(to: roomToAskFor == nil ? "state" : "room_id") }

    /// The state, and the events at hand, all of its own among them.
    ///
    /// - Parameter stored: the ids of the room's current state, where the request does not send one.
    /// - Throws: `invalid_params` for what is no state of one room, with its create event.
    func state(
        _ stored: [EventID]?,
        _ atHand: EventsAtHand
    ) throws(Unfinished) -> (state: RoomState, atHand: EventsAtHand) {
        guard max(stored?.count ?? 0, items?.count ?? 0) <= Self.eventLimit else {
            throw .failed(.tooLarge(what: "the state", limit: Self.eventLimit, unit: .events))
        }
        let version = try version(stored ?? [], atHand)
        let sent = try finishing { () throws(RPCError) in try sentEvents(version) }
        let brought = try finishing { () throws(RPCError) in try params.events("events", version) }
        let atHand = atHand.bringing(brought + sent.compactMap(\.event))
        let ids = stored ?? sent.map(\.id)
        let roomID = if let roomID { roomID as RoomID? } else { try atHand.roomID(ofFirstOf: ids) }
        guard let roomID else { throw .failed(.invalidParams(path: path, expected: "a room's state")) }
        return (try state(ids, of: (roomID, version), atHand), atHand)
    }

    private func state(
        _ ids: [EventID],
        of room: (id: RoomID, version: RoomVersion),
        _ atHand: EventsAtHand
    ) throws(Unfinished) -> RoomState {
        // The create event that a room id names need not be among the state.
        let implied = room.version.format.roomIDIsCreateHash ? [room.id.createEventID] : []
        let found = try atHand.events(ids + implied, in: room.id)
        var events: [(place: StateKey, cited: CitedEvent)] = []
        var places: Set<StateKey> = []
        for (index, cited) in found.prefix(ids.count).enumerated() {
            let path = roomToAskFor == nil ? path.appending(index) : path
            let place = try finishing { () throws(RPCError) in try cited.event.place(inStateOf: room, at: path) }
            guard places.insert(place).inserted else {
                throw .failed(.invalidParams(path: path, expected: "a state with one event at \(place), not two"))
            }
            events.append((place, cited))
        }
        let state = RoomState(of: room, events, impliedCreate: found.dropFirst(ids.count).first)
        guard let create = state.create else {
            throw .failed(.invalidParams(path: path, expected: "the room's state, its create event included"))
        }
        try finishing { () throws(RPCError) in
            try create.checkNamesVersion(room.version, at: params.path(to: "room_version"))
        }
        return state
    }

    /// The items of `state`, those read that are PDUs.
    private func sentEvents(_ version: RoomVersion) throws(RPCError) -> [(id: EventID, event: Event?)] {
        try (items ?? []).enumerated().map { (index, value) throws(RPCError) in
            if let id = value.text { return (EventID(id), nil) }
            let event = try Event(value, roomVersion: version, at: path.appending(index))
            return (event.id, event)
        }
    }

    private func version(_ stored: [EventID], _ atHand: EventsAtHand) throws(Unfinished) -> RoomVersion {
        let brought = params.optionalArray("events")?.compactMap(\.object) ?? []
        let sent = items?.compactMap(\.object) ?? []
        let ids = stored + (items?.compactMap { $0.text.map { EventID($0) } } ?? [])
        let version = try atHand.knownRoomVersion(
            named: named,
            of: roomID?.text,
            events: brought + sent,
            // Any event of the room tells, and each of them would be loaded whole.
            references: Array(ids.prefix(Self.askedForVersion))
        )
        if let version { return version }
        guard ids.isEmpty || !(brought + sent).isEmpty else {
            throw .failed(.eventsMissing(ids: ids.map(\.text.string)))
        }
        throw .failed(.invalidParams(path: params.path(to: "room_version"), expected: "the room's version"))
    }

    /// Events that the state has at most; the largest rooms known have some 150,000.
    private static let eventLimit = 500_000

    /// Events of the state that are asked which version the room has.
    private static let askedForVersion = 4
}

extension AuthorizationService {
    /// Answers from the state of a room that `params` is about.
    func answerFromState(
        _ params: Params,
        _ answer: @escaping @Sendable (RoomState, EventsAtHand) async throws(RPCError) -> JSONFragment
    ) throws(RPCError) -> Outcome {
        let request = try RoomStateRequest(params)
        return .waiting(atMost: params.timeout) { () async throws(RPCError) in
            let (state, atHand) = try await roomState(request)
            return try await answer(state, atHand)
        }
    }

    private func roomState(
        _ request: RoomStateRequest
    ) async throws(RPCError) -> (state: RoomState, atHand: EventsAtHand) {
        var stored: [EventID]?
        if let roomID = request.roomToAskFor {
            stored = try await graphCall { () async throws(AuthGraphError) in try await graph.currentState(of: roomID) }
            guard stored?.isEmpty == false else {
                let expected = "a room whose current state the store knows; or send the state"
                throw .invalidParams(path: request.params.path(to: "room_id"), expected: expected)
            }
        }
        return try await loading(eventsAtHand()) { [stored] atHand throws(Unfinished) in
            try request.state(stored, atHand)
        }
    }
}
