import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// What survives redaction (Matrix specification, room versions, "Redactions").
struct RedactionTests {
    /// The keys of the content that survive, by the version from which on they do.
    private static let keptContent: [(type: EventType, since: RoomVersion, keys: [String])] = [
        (.member, .v1, ["membership"]), (.member, .v9, ["join_authorised_via_users_server", "membership"]),
        (.member, .v11, ["join_authorised_via_users_server", "membership", "third_party_invite"]),
        (.create, .v1, ["creator"]), (.create, .v11, contentKeys),
        (.joinRules, .v1, ["join_rule"]), (.joinRules, .v8, ["allow", "join_rule"]),
        (
            .powerLevels, .v1,
            ["ban", "events", "events_default", "kick", "redact", "state_default", "users", "users_default"]
        ),
        (
            .powerLevels, .v11,
            ["ban", "events", "events_default", "invite", "kick", "redact", "state_default", "users", "users_default"]
        ),
        (.historyVisibility, .v1, ["history_visibility"]), (.aliases, .v1, ["aliases"]), (.aliases, .v6, []),
        (.redaction, .v1, []), (.redaction, .v11, ["redacts"]), (.thirdPartyInvite, .v1, []), (.policy, .v1, []),
        ("m.room.message", .v1, []), ("m.room.topic", .v1, []),
    ]

    private static let contentKeys = [
        "aliases", "allow", "ban", "body", "creator", "events", "events_default", "history_visibility", "invite",
        "join_authorised_via_users_server", "join_rule", "kick", "membership", "notifications", "redact", "redacts",
        "room_version", "state_default", "third_party_invite", "users", "users_default",
    ]

    private static func kept(of type: EventType, in version: RoomVersion) -> [String] {
        let versions = RoomVersion.specified
        let index = versions.firstIndex(of: version) ?? 0
        return keptContent.last { $0.type == type && versions[...index].contains($0.since) }?.keys ?? []
    }

    @Test(arguments: RoomVersion.specified)
    func `content keeps what the version's table names`(version: RoomVersion) throws {
        for type in Set(Self.keptContent.map(\.type)) {
            var content: TestJSON = [:]
            for key in Self.contentKeys { content = content.setting(key, to: ["signed": ["a": 1]]) }
            var template = EventTemplate(type, by: .alice, in: "!room:a", content: content, roomVersion: version)
            template.opaqueID = version.format.carriesID ? "$event:a" : nil
            if type == .create, version == .v12 { template.roomID = nil }
            let redacted = try template.event().redacted()
            #expect(redacted.content.map(\.key.string) == Self.kept(of: type, in: version), "\(type)")
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `the top level keeps what the version's table names`(version: RoomVersion) throws {
        var template = EventTemplate("m.room.topic", by: .alice, in: "!room:a", stateKey: "", roomVersion: version)
        template.opaqueID = version.format.carriesID ? "$event:a" : nil
        for key in ["origin", "membership", "prev_state", "redacts", "age_ts", "x"] { template.extraKeys[key] = "x" }
        template.extraKeys["unsigned"] = ["age": 1]
        let always = [
            "auth_events", "content", "depth", "hashes", "origin_server_ts", "prev_events", "room_id", "sender",
            "signatures", "state_key", "type",
        ]
        let isOfVersion11 = version == .v11 || version == .v12
        let expected =
            always + (version.format.carriesID ? ["event_id"] : [])
            + (isOfVersion11 ? [] : ["membership", "origin", "prev_state"])
        #expect(try template.event().redacted().json.map(\.key.string) == expected.sorted())
    }

    private static let invites: [(value: TestJSON, redacted: String)] = [
        (["signed": ["a": 1], "display_name": "bob"], #"{"membership":"x","third_party_invite":{"signed":{"a":1}}}"#),
        (["display_name": "bob"], #"{"membership":"x","third_party_invite":{}}"#),
        (["signed": 5], #"{"membership":"x","third_party_invite":{"signed":5}}"#),
        ("bob", #"{"membership":"x"}"#), ([], #"{"membership":"x"}"#), (nil, #"{"membership":"x"}"#),
    ]

    @Test(arguments: invites)
    func `a third-party invite keeps what was signed since v11`(invite: (value: TestJSON, redacted: String)) throws {
        for version in [RoomVersion.v10, .v11, .v12] {
            let content: TestJSON = ["membership": "x", "third_party_invite": invite.value]
            let event = try EventTemplate(.member, by: .alice, in: "!room:a", content: content, roomVersion: version)
                .event()
            let redacted = try event.redacted().content.value.canonicalBytes()
            #expect(
                String(decoding: redacted, as: UTF8.self)
                    == (version == .v10 ? #"{"membership":"x"}"# : invite.redacted)
            )
        }
    }
}
