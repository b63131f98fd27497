import CanonicalJSON

/// Reads the fields of a PDU one by one, and checks their shape.
struct EventReader {
    let json: JSONObject
    let format: EventFormat

    init(_ value: JSONValue, format: EventFormat) throws(FormatViolation) {
        guard let json = value.object else {
            throw FormatViolation(.notAnObject, at: "", "it is not a JSON object")
        }
        self.json = json
        self.format = format
    }

    func type() throws(FormatViolation) -> EventType {
        EventType(try text("type", .type))
    }

    func sender() throws(FormatViolation) -> UserID {
        let text = try text("sender", .sender)
        guard let user = UserID(ofAnyLength: text) else {
            throw FormatViolation(.sender, at: "/sender", "sender \"\(text)\" is not a user id")
        }
        return user
    }

    func content() throws(FormatViolation) -> JSONObject {
        guard let content = json.object("content") else {
            throw FormatViolation(.content, at: "/content", "content is not an object")
        }
        return content
    }

    func stateKey() throws(FormatViolation) -> UTF8Text? {
        guard let value = json["state_key"] else { return nil }
        guard let text = value.text else {
            throw FormatViolation(.stateKey, at: "/state_key", "state_key is not a string")
        }
        return text
    }

    func prevEvents() throws(FormatViolation) -> [EventID] { try references("prev_events", .prevEvents) }

    func authEvents() throws(FormatViolation) -> [EventID] { try references("auth_events", .authEvents) }

    /// The id of the event, which is of `type`: the one it carries, or its reference hash.
    func id(of type: EventType) throws(FormatViolation) -> EventID {
        let carried = try carriedID()
        guard case .referenceHash(let alphabet) = format.eventIDs else {
            // The draft of 2014 does not ask for an id; an event without one is named by its hash.
            if carried == nil, format.isDraft { return referenceID(of: type, alphabet: .urlSafe) }
            guard let carried else { throw FormatViolation(.eventID, at: "/event_id", "event_id is absent") }
            return carried
        }
        let id = referenceID(of: type, alphabet: alphabet)
        guard carried == nil || carried == id else {
            throw FormatViolation(.eventID, at: "/event_id", "event_id is not the event's reference hash \(id)")
        }
        return id
    }

    /// The room that the event belongs to, which is of `type` and has `id`.
    func roomID(of type: EventType, id: EventID) throws(FormatViolation) -> RoomID {
        if format.roomIDIsCreateHash, type == .create { return RoomID(createdBy: id) }
        let text = try text("room_id", .roomID)
        guard let roomID = RoomID(text) else {
            throw FormatViolation(.roomID, at: "/room_id", "room_id \"\(text)\" does not begin with '!'")
        }
        guard format.roomIDIsCreateHash || format.isDraft || roomID.serverName != nil else {
            throw FormatViolation(.roomID, at: "/room_id", "room_id \"\(text)\" has no server name")
        }
        return roomID
    }

    private func carriedID() throws(FormatViolation) -> EventID? {
        guard let value = json["event_id"] else { return nil }
        guard let text = value.text else {
            throw FormatViolation(.eventID, at: "/event_id", "event_id is not a string")
        }
        return EventID(text)
    }

    private func referenceID(of type: EventType, alphabet: Base64.Alphabet) -> EventID {
        EventID(referenceHash: json.referenceHash(of: type, format: format), alphabet: alphabet)
    }

    private func text(_ key: StaticString, _ rule: FormatRule) throws(FormatViolation) -> UTF8Text {
        if let text = json.text(key) { return text }
        let mistake = json.kind(of: key) == nil ? "is absent" : "is not a string"
        throw FormatViolation(rule, at: "/\(key)", "\(key) \(mistake)")
    }

    private func references(_ key: StaticString, _ rule: FormatRule) throws(FormatViolation) -> [EventID] {
        if format.isDraft, json.kind(of: key) == nil { return [] }
        guard let array = json[key]?.array else {
            throw FormatViolation(rule, at: "/\(key)", "\(key) is not an array")
        }
        var references: [EventID] = []
        references.reserveCapacity(array.count)
        let areReferences =
            format.carriesID
            ? array.allSatisfy { item in
                guard let text = reference(item) else { return false }
                references.append(EventID(text))
                return true
            }
            : array.forEachString { references.append(EventID(utf8: $0)) }
        guard areReferences else {
            let path = "/\(key)/\(references.count)"
            throw FormatViolation(rule, at: path, "\(path) is not a reference to an event")
        }
        return references
    }

    /// A pair of an id and its hashes, as room versions 1 and 2 refer to events. The draft of 2014 takes the id alone too.
    private func reference(_ item: JSONValue) -> UTF8Text? {
        if format.isDraft, let text = item.text { return text }
        guard let pair = item.array, pair.count == 2, let id = pair.first(where: { _ in true })?.text,
            pair.dropFirst().first(where: { _ in true })?.object != nil
        else { return nil }
        return id
    }
}
