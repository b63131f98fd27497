package import CanonicalJSON
package import EventAuthorization
package import MatrixEvents

/// An event of a real room, with what the homeserver that stored it made of it.
package struct RecordedEvent: Sendable {
    /// What the homeserver said of an event it did not take as it was.
    package enum Refusal: String, Sendable {
        case byAuthEvents = "auth_events"
        case byStateBefore = "state_before"
        case byCurrentState = "current_state"
        case byValidation = "validation"
    }

    package let event: Event
    package let recordedID: String
    /// The room as one server sees it.
    package let room: String
    package let isRejected: Bool
    package let refusal: Refusal?
    package let lacksAuthEvents: Bool

    package init?(_ line: JSONObject) throws {
        func text(_ key: StaticString) -> String { line[key]?.text?.string ?? "" }
        guard let version = RoomVersion(rawValue: text("room_version")), let value = line["event"] else { return nil }
        event = try Event(value, roomVersion: version)
        recordedID = text("event_id")
        room = "\(text("room_id")) at \(text("view"))"
        isRejected = line["rejected"]?.bool ?? false
        refusal = (line["reason"]?.object?["step"]?.text?.string).flatMap(Refusal.init(rawValue:))
        lacksAuthEvents = line["auth_missing"] != nil
    }
}

/// All events of one room as one server sees it.
package struct RecordedRoom: Sendable {
    package let name: String
    package let events: [RecordedEvent]
    private let byID: [EventID: RecordedEvent]

    package init(_ name: String, _ events: [RecordedEvent]) {
        self.name = name
        self.events = events
        byID = Dictionary(events.map { ($0.event.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package static func load(_ file: String) throws -> [RecordedRoom] {
        let events = try SharedData.objects(in: "rooms/\(file)").compactMap { try RecordedEvent($0) }
        return Dictionary(grouping: events, by: \.room).map { RecordedRoom($0, $1) }.sorted { $0.name < $1.name }
    }

    /// Decides `event` by its own claims; `nil` where the room lacks one of the events it cites.
    package func decide(_ event: Event) -> Decision? {
        let cited = event.authEvents.compactMap { self[$0] }
        guard cited.count == event.authEvents.count else { return nil }
        guard AuthorizationRules(event.roomVersion).createIsImpliedByRoomID, !event.isCreate else {
            return Authorization.decide(event, citing: cited, create: .none)
        }
        guard let create = self[event.roomID.createEventID] else { return nil }
        return Authorization.decide(event, citing: cited, create: .event(create))
    }

    /// The room's event under `id`.
    package func event(_ id: EventID) -> Event? { byID[id]?.event }

    private subscript(id: EventID) -> CitedEvent? {
        byID[id].map { CitedEvent($0.event, isRejected: $0.isRejected) }
    }
}
