import CanonicalJSON
package import MatrixEvents

/// An event before it is hashed and signed.
package struct EventTemplate: Sendable {
    package var roomVersion: RoomVersion
    package var type: EventType
    package var sender: UserID
    /// `nil` for an event that is to have no `room_id`.
    package var roomID: RoomID?
    package var stateKey: String?
    package var content: TestJSON
    package var prevEvents: [Event] = []
    package var authEvents: [Event] = []
    package var depth: TestJSON = 1
    package var originServerTS: TestJSON = 1_700_000_000_000
    /// What room versions 1 and 2 and the draft carry as `event_id`.
    package var opaqueID: String?
    /// The servers that sign the event.
    package var signers: [ServerName]
    /// Signatures made elsewhere, by server.
    package var extraSignatures: [String: TestJSON] = [:]
    /// What `hashes.sha256` says, where it is not the event's hash.
    package var claimedHash: String?
    /// Top-level keys that replace, or come on top of, those made from the properties above.
    package var extraKeys: [String: TestJSON] = [:]
    /// Top-level keys to leave out.
    package var omittedKeys: Set<String> = []

    package init(
        _ type: EventType,
        by sender: UserID,
        in roomID: RoomID?,
        stateKey: String? = nil,
        content: TestJSON = [:],
        roomVersion: RoomVersion
    ) {
        self.type = type
        self.sender = sender
        self.roomID = roomID
        self.stateKey = stateKey
        self.content = content
        self.roomVersion = roomVersion
        signers = [sender.serverName]
    }

    /// The event, hashed and signed.
    package func event() throws -> Event {
        let unhashed = try Event(parsing: fields(hash: "").bytes, roomVersion: roomVersion)
        let hash = claimedHash ?? String(decoding: Base64.encode(unhashed.contentHash.bytes), as: UTF8.self)
        let unsigned = try Event(parsing: fields(hash: hash).bytes, roomVersion: roomVersion)
        var signatures: TestJSON = [:]
        for server in signers.map(\.description) {
            let signature = TestSigningKey(of: server).signature(over: unsigned.signedBytes)
            signatures = signatures.setting(server, to: [TestSigningKey.id: .string(signature)])
        }
        for (server, keys) in extraSignatures { signatures = signatures.setting(server, to: keys) }
        return try Event(parsing: fields(hash: hash, signatures: signatures).bytes, roomVersion: roomVersion)
    }

    /// The fields as JSON, neither hashed nor signed, whether they make an event or not.
    package var unhashedBytes: [UInt8] { fields(hash: claimedHash ?? "").bytes }

    private func fields(hash: String, signatures: TestJSON = [:]) -> TestJSON {
        var fields: TestJSON = [
            "type": .string(type.description), "sender": .string(sender.description), "content": content,
            "depth": depth, "origin_server_ts": originServerTS, "hashes": ["sha256": .string(hash)],
            "prev_events": .array(prevEvents.map(reference)), "auth_events": .array(authEvents.map(reference)),
            "signatures": signatures,
        ]
        if let roomID { fields = fields.setting("room_id", to: .string(roomID.description)) }
        if let stateKey { fields = fields.setting("state_key", to: .string(stateKey)) }
        if let opaqueID { fields = fields.setting("event_id", to: .string(opaqueID)) }
        for (key, value) in extraKeys.sorted(by: { $0.key < $1.key }) { fields = fields.setting(key, to: value) }
        for key in omittedKeys { fields = fields.setting(key, to: nil) }
        return fields
    }

    /// How an event of the room version refers to `event`.
    private func reference(_ event: Event) -> TestJSON {
        guard case .carried = roomVersion.format.eventIDs else { return .string(event.id.description) }
        let hash = String(decoding: Base64.encode(event.referenceHash.bytes), as: UTF8.self)
        return [.string(event.id.description), ["sha256": .string(hash)]]
    }
}
