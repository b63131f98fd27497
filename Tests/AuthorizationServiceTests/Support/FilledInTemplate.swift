import CanonicalJSON
import EventTestSupport
import MatrixEvents

extension JSONObject {
    /// The template as a user's server sends it back: filled in as the next event of `room`, hashed, and signed by `signers`.
    func filledIn(after room: TestRoom, signedBy signers: [String]) throws -> Event {
        let next = try room.event("m.room.member", by: .alice).json
        var fields = TestJSON(takenApart: value)
        for key in ["prev_events", "depth", "origin_server_ts"] {
            fields = fields.setting(key, to: next[UTF8Text(key)].map { TestJSON($0) })
        }
        if room.version.format.carriesID { fields = fields.setting("event_id", to: "$filled-in:\(signers[0])") }
        fields = fields.setting("hashes", to: ["sha256": ""]).setting("signatures", to: [:])
        let unhashed = try Event(parsing: fields.bytes, roomVersion: room.version)
        let hash = String(decoding: Base64.encode(unhashed.contentHash.bytes), as: UTF8.self)
        fields = fields.setting("hashes", to: ["sha256": .string(hash)])
        let signed = try Event(parsing: fields.bytes, roomVersion: room.version).signedBytes
        let signatures = signers.map { server in
            (server, [TestSigningKey.id: .string(TestSigningKey(of: server).signature(over: signed))] as TestJSON)
        }
        fields = fields.setting("signatures", to: .object(signatures))
        return try Event(parsing: fields.bytes, roomVersion: room.version)
    }
}
