/// How a room version writes, limits, hashes and redacts its events. What versions differ in is data here.
package struct EventFormat: Sendable {
    /// Where an event's id comes from.
    package enum EventIDs: Sendable {
        /// The PDU carries it in `event_id`, and refers to others by `[id, {"sha256": hash}]` pairs.
        case carried
        /// It is the reference hash.
        case referenceHash(Base64.Alphabet)
    }

    package var eventIDs = EventIDs.carried
    /// Since v12: the room's id is its create event's id, and the create event has no `room_id`.
    package var roomIDIsCreateHash = false
    /// Since v6: numbers are integers within ±(2^53−1).
    package var enforcesCanonicalJSON = false
    /// The draft of 2014 asks for no more than type, room, sender and content.
    package var isDraft = false
    /// Until v2: the server in the event's id signs the event beside the sender's.
    package var serverOfEventIDSigns = true
    /// Since v8: the server of the user who authorises a restricted join signs it.
    package var authorisingServerSigns = false
    /// The draft of 2014: the server of an invited user signs the invite.
    package var invitedServerSigns = false
    /// Not the draft of 2014, which had none: an invite by a third party's word needs no signature by its sender's server.
    package var exemptsThirdPartyInvites = true
    /// Since v5: a key is good for events of the time in which its server used it.
    package var checksKeyValidity = false
    package var redaction = RedactionRules()

    /// Whether `event_id` is part of the event. Where it is not, hashes leave out one that a sender put in.
    package var carriesID: Bool {
        if case .carried = eventIDs { true } else { false }
    }

    fileprivate func with<Value>(_ property: WritableKeyPath<EventFormat, Value>, _ value: Value) -> EventFormat {
        var copy = self
        copy[keyPath: property] = value
        return copy
    }
}

extension EventFormat {
    fileprivate static let v1 = EventFormat()
    fileprivate static let v3 =
        v1
        .with(\.eventIDs, .referenceHash(.standard))
        .with(\.serverOfEventIDSigns, false)
    fileprivate static let v4 = v3.with(\.eventIDs, .referenceHash(.urlSafe))
    fileprivate static let v5 = v4.with(\.checksKeyValidity, true)
    fileprivate static let v6 = v5.with(\.enforcesCanonicalJSON, true).with(\.redaction.keepsAliases, false)
    fileprivate static let v8 = v6.with(\.redaction.keepsJoinRulesAllow, true).with(\.authorisingServerSigns, true)
    fileprivate static let v9 = v8.with(\.redaction.keepsAuthorisingUser, true)
    fileprivate static let v11 = v9.with(\.redaction.isOfVersion11, true)
    fileprivate static let v12 = v11.with(\.roomIDIsCreateHash, true)
    fileprivate static let draft2014 =
        v1
        .with(\.isDraft, true)
        .with(\.serverOfEventIDSigns, false)
        .with(\.invitedServerSigns, true)
        .with(\.exemptsThirdPartyInvites, false)
}

extension RoomVersion {
    package var format: EventFormat {
        switch self {
        case .v1, .v2: .v1
        case .v3: .v3
        case .v4: .v4
        case .v5: .v5
        case .v6, .v7: .v6
        case .v8: .v8
        case .v9, .v10: .v9
        case .v11: .v11
        case .v12: .v12
        case .draft2014: .draft2014
        }
    }
}
