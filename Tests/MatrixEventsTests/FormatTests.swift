import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// A message that a change has made invalid.
private struct MalformedEvent: Sendable, CustomTestStringConvertible {
    let rule: FormatRule
    let testDescription: String
    let change: @Sendable (inout EventTemplate) -> Void

    init(_ rule: FormatRule, _ description: String, change: @escaping @Sendable (inout EventTemplate) -> Void) {
        self.rule = rule
        testDescription = "\(rule.rawValue): \(description)"
        self.change = change
    }

    /// The key replaced by `value`, or left out.
    init(_ rule: FormatRule, _ key: String, _ value: TestJSON?) {
        let text = value.map { String(decoding: $0.bytes.prefix(40), as: UTF8.self) } ?? "nothing"
        self.init(rule, "\(key) is \(text)") { template in
            if let value { template.extraKeys[key] = value } else { template.omittedKeys.insert(key) }
        }
    }

    static let long = String(repeating: "x", count: 256)

    static let ofAllVersions: [MalformedEvent] = [
        .init(.type, "type", nil), .init(.type, "type", 5), .init(.type, "type", .string(long)),
        .init(.sender, "sender", nil), .init(.sender, "sender", "@alice"), .init(.sender, "sender", "alice:a"),
        .init(.sender, "sender", "@alice:"), .init(.sender, "sender", "@alice:a b"),
        .init(.sender, "sender", .string("@\(long):a")), .init(.sender, "sender", "@a\u{0}:a"),
        .init(.roomID, "room_id", nil), .init(.roomID, "room_id", "room:a"), .init(.roomID, "room_id", .raw("null")),
        .init(.roomID, "room_id", .string("!\(long):a")),
        .init(.stateKey, "state_key", .raw("null")), .init(.stateKey, "state_key", 5),
        .init(.stateKey, "state_key", .string(long)),
        .init(.content, "content", nil), .init(.content, "content", []), .init(.content, "content", "x"),
        .init(.depth, "depth", nil), .init(.depth, "depth", -1), .init(.depth, "depth", "1"),
        .init(.originServerTS, "origin_server_ts", nil), .init(.originServerTS, "origin_server_ts", "1"),
        .init(.prevEvents, "prev_events", nil), .init(.prevEvents, "prev_events", [:]),
        .init(.prevEvents, "prev_events", [5]),
        .init(.authEvents, "auth_events", nil), .init(.authEvents, "auth_events", "x"),
        .init(.authEvents, "auth_events", [[]]),
        .init(.hashes, "hashes", nil), .init(.hashes, "hashes", [:]), .init(.hashes, "hashes", ["sha256": 1]),
        .init(.signatures, "signatures", nil), .init(.signatures, "signatures", []),
        .init(.signatures, "signatures", ["a": "x"]), .init(.signatures, "signatures", ["a": ["ed25519:1": 1]]),
        .init(.size, "unsigned", .string(String(repeating: "x", count: 65_536))),
    ]

    static let untilVersion11: [MalformedEvent] = [.init(.roomID, "room_id", "!room")]

    /// Room versions 1 and 2 carry ids, and refer by pairs.
    static let untilVersion2: [MalformedEvent] = [
        .init(.eventID, "event_id", nil), .init(.eventID, "event_id", 5), .init(.eventID, "event_id", "event:a"),
        .init(.eventID, "event_id", "$event"), .init(.eventID, "event_id", .string("$\(long):a")),
        .init(.prevEvents, "prev_events", ["$event:a"]), .init(.authEvents, "auth_events", [["$event:a"]]),
        .init(.authEvents, "auth_events", [["$event:a", "hash"]]),
        .init(.authEvents, "auth_events", [["$event:a", [:], [:]]]),
    ]

    static let sinceVersion3: [MalformedEvent] = [
        .init(.eventID, "event_id", "$another"), .init(.eventID, "event_id", .raw("null")),
        .init(.authEvents, "auth_events", [["$event:a", ["sha256": "x"]]]),
    ]

    static let sinceVersion6: [MalformedEvent] = ["1.0", "1e3", "1E3", "-0", "-0.0", "0.0", "9007199254740992"]
        .map { number in .init(.canonicalJSON, "content", ["number": .raw(number)]) }
}

private let sets: [(versions: [RoomVersion], events: [MalformedEvent])] = [
    (RoomVersion.specified, MalformedEvent.ofAllVersions), (versions(to: .v11), MalformedEvent.untilVersion11),
    (versions(to: .v2), MalformedEvent.untilVersion2), (versions(from: .v3), MalformedEvent.sinceVersion3),
    (versions(from: .v6), MalformedEvent.sinceVersion6),
]

private func versions(from first: RoomVersion = .v1, to last: RoomVersion = .v12) -> [RoomVersion] {
    guard let start = RoomVersion.specified.firstIndex(of: first), let end = RoomVersion.specified.firstIndex(of: last)
    else { return [] }
    return Array(RoomVersion.specified[start...end])
}

/// The rule that the PDU of `bytes` breaks; `nil` where it is valid.
private func brokenRule(_ bytes: [UInt8], _ version: RoomVersion) -> FormatRule? {
    do {
        try Event(parsing: bytes, roomVersion: version).checkFormat()
        return nil
    } catch let error as FormatViolation {
        return error.rule
    } catch EventReadingError.notAnEvent(let violation) {
        return violation.rule
    } catch {
        return nil
    }
}

private func message(_ version: RoomVersion) throws -> EventTemplate {
    try TestRoom(version: version).template("m.room.message", by: .alice, stateKey: "", content: ["body": "hello"])
}

struct FormatTests {
    @Test(arguments: RoomVersion.specified)
    func `an event that breaks a limit is refused for it`(version: RoomVersion) throws {
        let template = try message(version)
        #expect(brokenRule(template.unhashedBytes, version) == nil)
        for malformed in sets.filter({ $0.versions.contains(version) }).flatMap(\.events) {
            var changed = template
            malformed.change(&changed)
            #expect(brokenRule(changed.unhashedBytes, version) == malformed.rule, "\(malformed.testDescription)")
        }
        #expect(brokenRule(Array("[]".utf8), version) == .notAnObject)
    }

    @Test(arguments: RoomVersion.allCases)
    func `every format rule of a version refuses something here`(version: RoomVersion) {
        var refused: Set<FormatRule> = [.notAnObject]
        for (versions, events) in sets where versions.contains(version) { refused.formUnion(events.map(\.rule)) }
        if version == .v12 { refused.insert(.createStateKey) }
        if version == .draft2014 { refused = [.draft] }
        #expect(refused == Set(FormatRule.rules(of: version)))
    }

    @Test(arguments: [TestJSON.string("x"), nil])
    func `a create event stands under the empty state key since v12`(stateKey: TestJSON?) throws {
        for version in RoomVersion.specified {
            var template = EventTemplate.create(version)
            if let stateKey { template.extraKeys["state_key"] = stateKey } else { template.omittedKeys = ["state_key"] }
            #expect(brokenRule(template.unhashedBytes, version) == (version == .v12 ? .createStateKey : nil))
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `an event has at most 20 previous and 10 auth events`(version: RoomVersion) throws {
        var template = try message(version)
        let create = try TestRoom(version: version).create
        template.prevEvents = Array(repeating: create, count: 20)
        template.authEvents = Array(repeating: create, count: 10)
        #expect(brokenRule(template.unhashedBytes, version) == nil)
        template.authEvents.append(create)
        #expect(brokenRule(template.unhashedBytes, version) == .authEvents)
        template.prevEvents.append(create)
        #expect(brokenRule(template.unhashedBytes, version) == .prevEvents)
    }

    @Test(arguments: RoomVersion.specified)
    func `depth ends at 2^63 - 1 until v5, and at 2^53 - 1 since`(version: RoomVersion) throws {
        let isLarge = versions(to: .v5).contains(version)
        for (depth, isValid) in [
            ("0", true), ("9007199254740991", true), ("9007199254740992", isLarge), ("9223372036854775807", isLarge),
            ("9223372036854775808", false),
        ] {
            var template = try message(version)
            template.depth = .raw(depth)
            #expect((brokenRule(template.unhashedBytes, version) == nil) == isValid, "\(depth)")
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `numbers of any kind are content until v5`(version: RoomVersion) throws {
        var template = try message(version)
        template.content = ["number": [.raw("-0"), .raw("1.5"), .raw("1e3"), .raw("123456789012345678901")]]
        let isValid = versions(to: .v5).contains(version)
        #expect(brokenRule(template.unhashedBytes, version) == (isValid ? nil : .canonicalJSON))
    }

    @Test(arguments: RoomVersion.specified)
    func `an event has at most 65536 bytes as canonical JSON`(version: RoomVersion) throws {
        var template = try message(version)
        template.content = ["body": ""]
        let room = 65_536 - template.unhashedBytes.count
        template.content = ["body": .string(String(repeating: "x", count: room))]
        #expect(brokenRule(template.unhashedBytes, version) == nil)
        let spaced = Array("{     ".utf8) + template.unhashedBytes.dropFirst()
        #expect(brokenRule(spaced, version) == nil)
        template.content = ["body": .string(String(repeating: "x", count: room + 1))]
        #expect(brokenRule(template.unhashedBytes, version) == .size)
    }

    @Test(arguments: RoomVersion.specified)
    func `limits are in bytes, not in characters`(version: RoomVersion) throws {
        var template = try message(version)
        template.stateKey = String(repeating: "x", count: 255)
        #expect(brokenRule(template.unhashedBytes, version) == nil)
        template.stateKey = String(repeating: "é", count: 128)
        #expect(brokenRule(template.unhashedBytes, version) == .stateKey)
    }

    @Test(arguments: RoomVersion.specified)
    func `an event may carry the id that it has`(version: RoomVersion) throws {
        let event = try message(version).event()
        guard event.json["event_id"] == nil else { return }
        let bytes = Array("{\"event_id\":\"\(event.id)\",".utf8) + event.pdu.dropFirst()
        let carrying = try Event(parsing: bytes, roomVersion: version)
        #expect(carrying.id == event.id)
        #expect(throws: Never.self) { try carrying.checkFormat() }
        #expect(carrying.contentHash == event.contentHash)
    }

    @Test(
        arguments: RoomVersion.specified,
        [TestJSON.string(""), "@:a", "@å b:a", "@alice:[::1]:8448", "@alice:1.2.3.4"]
    )
    func `historical senders and the empty type are valid`(version: RoomVersion, text: TestJSON) throws {
        var template = try message(version)
        guard case .string(let string) = text else { return }
        template.extraKeys[string.isEmpty ? "type" : "sender"] = text
        #expect(brokenRule(template.unhashedBytes, version) == nil)
    }

    @Test(arguments: ["type", "room_id", "sender", "content"])
    func `the draft asks for a type, a room, a sender and a content`(key: String) throws {
        var template = try message(.draft2014)
        template.omittedKeys = ["depth", "origin_server_ts", "prev_events", "auth_events", "hashes", "signatures"]
        #expect(brokenRule(template.unhashedBytes, .draft2014) == nil)
        template.omittedKeys.insert(key)
        #expect(brokenRule(template.unhashedBytes, .draft2014) == .draft)
    }

    @Test
    func `the draft asks member events for a user and a membership`() throws {
        let room = try TestRoom(version: .draft2014)
        for (stateKey, content) in [("@bob:b", [:]), (nil, ["membership": "join"])] as [(String?, TestJSON)] {
            let template = try room.template(.member, by: .bob, stateKey: stateKey, content: content)
            #expect(brokenRule(template.unhashedBytes, .draft2014) == .draft)
        }
    }
}
