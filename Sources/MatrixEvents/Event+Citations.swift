import CanonicalJSON

extension Event {
    /// The create event that the room id names, where that is what the room version has of it and the room id can name
    /// an event at all.
    package var impliedCreateID: EventID? {
        guard roomVersion.format.roomIDIsCreateHash, !isCreate else { return nil }
        let id = roomID.createEventID
        return id.isReferenceHash(of: roomVersion) ? id : nil
    }

    /// The events that decide this one: those it cites and, since v12, the one its room id names.
    package var citedOrImplied: [EventID] { authEvents + (impliedCreateID.map { [$0] } ?? []) }
}

extension EventID {
    /// Whether an event of `version` can have the id.
    fileprivate func isReferenceHash(of version: RoomVersion) -> Bool {
        guard isHash, case .referenceHash(let alphabet) = version.format.eventIDs else { return false }
        return alphabet == .standard || !text.bytes.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    }
}
