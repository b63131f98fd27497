import CanonicalJSON

/// The fields of a PDU, read and checked for their shape.
struct EventFields {
    let format: EventFormat
    let json: JSONObject
    let type: EventType
    let sender: UserID
    let stateKey: UTF8Text?
    let content: JSONObject
    let prevEvents: [EventID]
    let authEvents: [EventID]

    init(_ value: JSONValue, format: EventFormat) throws(FormatViolation) {
        self.format = format
        guard let json = value.object else {
            throw FormatViolation(.notAnObject, at: "", "it is not a JSON object")
        }
        self.json = json
        type = EventType(try Self.text("type", .type, in: json))
        let sender = try Self.text("sender", .sender, in: json)
        guard let user = UserID(ofAnyLength: sender) else {
            throw FormatViolation(.sender, at: "/sender", "sender \"\(sender)\" is not a user id")
        }
        self.sender = user
        guard let content = json.object("content") else {
            throw FormatViolation(.content, at: "/content", "content is not an object")
        }
        self.content = content
        stateKey = json.text("state_key")
        guard stateKey != nil || json.kind(of: "state_key") == nil else {
            throw FormatViolation(.stateKey, at: "/state_key", "state_key is not a string")
        }
        prevEvents = try Self.references("prev_events", .prevEvents, in: json, format: format)
        authEvents = try Self.references("auth_events", .authEvents, in: json, format: format)
    }

    /// The event's id: the one it carries, or its reference hash.
    func id() throws(FormatViolation) -> EventID {
        let carried = try carriedID()
        guard case .referenceHash(let alphabet) = format.eventIDs else {
            // The draft of 2014 does not ask for an id; an event without one is named by its hash.
            if carried == nil, format.isDraft { return referenceID(alphabet: .urlSafe) }
            guard let carried else { throw FormatViolation(.eventID, at: "/event_id", "event_id is absent") }
            return carried
        }
        let id = referenceID(alphabet: alphabet)
        guard carried == nil || carried == id else {
            throw FormatViolation(.eventID, at: "/event_id", "event_id is not the event's reference hash \(id)")
        }
        return id
    }

    /// The room the event belongs to.
    func roomID(eventID: EventID) throws(FormatViolation) -> RoomID {
        if format.roomIDIsCreateHash, type == .create { return RoomID(createdBy: eventID) }
        let text = try Self.text("room_id", .roomID, in: json)
        guard let roomID = RoomID(text) else {
            throw FormatViolation(.roomID, at: "/room_id", "room_id \"\(text)\" does not begin with '!'")
        }
        guard format.roomIDIsCreateHash || format.isDraft || roomID.serverName != nil else {
            throw FormatViolation(.roomID, at: "/room_id", "room_id \"\(text)\" has no server name")
        }
        return roomID
    }

    private func carriedID() throws(FormatViolation) -> EventID? {
        if let text = json.text("event_id") { return EventID(text) }
        guard json.kind(of: "event_id") == nil else {
            throw FormatViolation(.eventID, at: "/event_id", "event_id is not a string")
        }
        return nil
    }

    private func referenceID(alphabet: Base64.Alphabet) -> EventID {
        EventID(referenceHash: json.referenceHash(of: type, format: format), alphabet: alphabet)
    }

    private static func text(
        _ key: StaticString,
        _ rule: FormatRule,
        in json: JSONObject
    ) throws(FormatViolation) -> UTF8Text {
        if let text = json.text(key) { return text }
        let mistake = json.kind(of: key) == nil ? "is absent" : "is not a string"
        throw FormatViolation(rule, at: "/\(key)", "\(key) \(mistake)")
    }

    private static func references(
        _ key: StaticString,
        _ rule: FormatRule,
        in json: JSONObject,
        format: EventFormat
    ) throws(FormatViolation) -> [EventID] {
        if format.isDraft, json[key] == nil { return [] }
        guard let array = json[key]?.array else {
            throw FormatViolation(rule, at: "/\(key)", "\(key) is not an array")
        }
        var references: [EventID] = []
        references.reserveCapacity(array.count)
        for item in array {
            guard let text = reference(item, format: format) else {
                let path = "/\(key)/\(references.count)"
                throw FormatViolation(rule, at: path, "\(path) is not a reference to an event")
            }
            references.append(EventID(text))
        }
        return references
    }

    /// An id, or in room versions 1 and 2 a pair of an id and its hashes. The draft of 2014 takes either.
    private static func reference(_ item: JSONValue, format: EventFormat) -> UTF8Text? {
        guard case .carried = format.eventIDs else { return item.text }
        if format.isDraft, let text = item.text { return text }
        guard let pair = item.array, pair.count == 2, let id = pair.first(where: { _ in true })?.text,
            pair.dropFirst().first(where: { _ in true })?.object != nil
        else { return nil }
        return id
    }
}
