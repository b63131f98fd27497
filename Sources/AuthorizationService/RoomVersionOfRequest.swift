import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension EventsAtHand {
    /// The room version of a request that may not name it: that of the create event among `brought` or behind
    /// `references`.
    ///
    /// - Parameter example: an event of the room in its raw form, where the request has one.
    func roomVersion(
        named: RoomVersion?,
        example: JSONObject?,
        brought: JSONArray?,
        references: [EventID]
    ) throws(Unfinished) -> RoomVersion {
        if let named { return named }
        let events = (example.map { [$0] } ?? []) + (brought?.compactMap(\.object) ?? [])
        if let create = events.first(where: \.isRawCreate) {
            return try finishing { () throws(RPCError) in try RoomVersion(known: create.namedRoomVersion) }
        }
        let roomID = example?["room_id"]?.text.flatMap { RoomID($0) }
        var candidates = references
        if let roomID { candidates.append(roomID.createEventID) }
        for id in candidates {
            if let stored = try stored(id, in: roomID).first { return stored.event.roomVersion }
        }
        guard references.isEmpty else { throw .failed(.eventsMissing(ids: references.map(\.text.string))) }
        throw .failed(.invalidParams(path: JSONPointer().appending("room_version"), expected: "the room's version"))
    }
}

extension JSONObject {
    fileprivate var isRawCreate: Bool {
        self["type"]?.text.map { $0 == "m.room.create" } ?? false
    }

    /// `content.room_version`, which is "1" where it is absent.
    fileprivate var namedRoomVersion: String {
        guard let version = self["content"]?.object?["room_version"] else { return RoomVersion.v1.rawValue }
        return version.text?.string ?? String(decoding: version.source, as: UTF8.self)
    }

    /// The ids in `auth_events`, in whichever of the two forms.
    var rawReferences: [EventID] {
        self["auth_events"]?.array?.compactMap { item in
            (item.text ?? item.array?.first { _ in true }?.text).map { EventID($0) }
        } ?? []
    }
}

/// Makes sure that the room version of a request is the one that the room's create event names.
///
/// Redaction takes the version out of a create event until v10: a redacted one names none.
func checkRoomVersion(_ version: RoomVersion, of create: Event, at path: JSONPointer) throws(RPCError) {
    guard version != .draft2014 else { return }
    let stated = CreateContent(create).roomVersion
    if stated == nil, !version.format.redaction.isOfVersion11, !create.contentHashMatches { return }
    let expected = stated.map { $0.text?.string ?? "a string" } ?? RoomVersion.v1.rawValue
    guard expected == version.rawValue else {
        throw .invalidParams(path: path, expected: "\"\(expected)\", as the create event \(create.id) says")
    }
}
