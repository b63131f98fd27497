import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension EventsAtHand {
    /// The room version of a request that may not name it: that of the room's create event among `brought`, or of
    /// what is stored for the room.
    ///
    /// - Parameters:
    ///   - example: an event of the room in its raw form, where the request has one.
    ///   - references: events of the room that may be stored.
    func roomVersion(
        named: RoomVersion?,
        example: JSONObject?,
        brought: JSONArray?,
        references: @autoclosure () -> [EventID]
    ) throws(Unfinished) -> RoomVersion {
        if let named { return named }
        let references = references()
        let version = try knownRoomVersion(
            named: nil,
            of: example?["room_id"]?.text,
            events: (example.map { [$0] } ?? []) + (brought?.compactMap(\.object) ?? []),
            references: references
        )
        if let version { return version }
        guard references.isEmpty || brought?.isEmpty == false else {
            throw .failed(.eventsMissing(ids: references.map(\.text.string)))
        }
        throw .failed(.invalidParams(path: JSONPointer().appending("room_version"), expected: "the room's version"))
    }

    /// As ``roomVersion(named:example:brought:references:)``; `nil` where nothing tells.
    ///
    /// - Parameters:
    ///   - room: the room's id as the request has it, where it does.
    ///   - events: events in their raw form, the room's create event perhaps among them.
    func knownRoomVersion(
        named: RoomVersion?,
        of room: UTF8Text?,
        events: [JSONObject],
        references: [EventID]
    ) throws(Unfinished) -> RoomVersion? {
        if let named { return named }
        for create in events where create.isRawCreate && create.mayBeOfRoom(room) {
            if let version = try finishing({ () throws(RPCError) in try create.namedRoomVersion }) { return version }
        }
        let roomID = room.flatMap { RoomID($0) }
        return try storedVersion(among: references + (roomID.map { [$0.createEventID] } ?? []), of: roomID)
    }

    /// The room version of `events` that are sent together, which may not be named.
    func roomVersion(named: RoomVersion?, ofEvents events: JSONArray?) throws(Unfinished) -> RoomVersion {
        let first = events?.first { _ in true }?.object
        return try roomVersion(
            named: named,
            example: first,
            brought: events,
            references: first?.rawReferences ?? []
        )
    }

    /// The room version of the first of `candidates` that is stored for the room.
    private func storedVersion(among candidates: [EventID], of roomID: RoomID?) throws(Unfinished) -> RoomVersion? {
        var unknown = EventNeeds(in: roomID)
        for id in candidates {
            do throws(Unfinished) {
                let event = try stored(id, in: roomID).first { roomID == nil || $0.roomID == roomID }
                if let event { return event.roomVersion }
            } catch {
                guard case .needs(let needs) = error else { throw error }
                unknown.form(union: needs)
            }
        }
        guard unknown.isEmpty else { throw .needs(unknown) }
        return nil
    }
}

extension JSONObject {
    fileprivate var isRawCreate: Bool {
        self["type"]?.text.map { $0 == "m.room.create" } ?? false
    }

    /// Whether this create event may have made `room`. From v12 on its id says so, and no `room_id`.
    fileprivate func mayBeOfRoom(_ room: UTF8Text?) -> Bool {
        guard let room else { return true }
        if let stated = self["room_id"]?.text { return stated == room }
        // A stripped event has no id.
        guard let event = try? Event(value, roomVersion: .v12) else { return true }
        return event.roomID.text == room
    }

    /// `content.room_version`; where it is absent that means version 1, unless redaction took it out, as it did until
    /// v10: then `nil`.
    fileprivate var namedRoomVersion: RoomVersion? {
        get throws(RPCError) {
            guard let stated = self["content"]?.object?["room_version"] else {
                let event = try? Event(value, roomVersion: .v1)
                return event?.contentHashMatches == true ? .v1 : nil
            }
            let version = stated.text.flatMap { text in RoomVersion.specified.first { text.string == $0.rawValue } }
            guard let version else {
                let text = stated.text?.string ?? String(decoding: stated.source, as: UTF8.self)
                throw .unknownRoomVersion(text, known: RoomVersion.knownNames)
            }
            return version
        }
    }

    /// The ids in `auth_events`, in whichever of the two forms.
    var rawReferences: [EventID] {
        self["auth_events"]?.array?.compactMap { item in
            (item.text ?? item.array?.first { _ in true }?.text).map { EventID($0) }
        } ?? []
    }
}

extension Event {
    /// Makes sure that this create event is one of a room of `version`.
    func checkNamesVersion(_ version: RoomVersion, at path: @autoclosure () -> JSONPointer) throws(RPCError) {
        try AuthEvent(self).checkNamesVersion(version, at: path())
    }

    /// Makes sure that this create event is not taken for one of another room version than it names. What names a
    /// version that nobody knows is left to the rules.
    func checkNamesOwnVersion(at path: JSONPointer) throws(RPCError) {
        let stated = CreateContent(self).roomVersion
        let isKnown = stated.map { stated in RoomVersion.specified.contains { $0.rawValue == stated.text?.string } }
        if isKnown ?? true { try checkNamesVersion(roomVersion, at: path) }
    }
}

extension AuthEvent {
    /// Makes sure that this create event is one of a room of `version`.
    ///
    /// Redaction takes the version out of a create event until v10: a redacted one names none. A stripped one may name none
    /// either.
    func checkNamesVersion(_ version: RoomVersion, at path: @autoclosure () -> JSONPointer) throws(RPCError) {
        guard version != .draft2014 else { return }
        let stated = CreateContent(self).roomVersion
        let named = stated.map { $0.text.flatMap { RoomVersion($0) } } ?? .v1
        if named == version { return }
        if hasLostRoomVersion, !version.format.redaction.isOfVersion11 { return }
        if isStripped, stated == nil { return }
        let expected = stated.map { $0.text?.string ?? "a string" } ?? RoomVersion.v1.rawValue
        let name = isStripped ? "" : " \(id)"
        throw .invalidParams(path: path(), expected: "\"\(expected)\", as the create event\(name) says")
    }
}
