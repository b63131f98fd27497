import EventTestSupport
import MatrixEvents

/// Contents of events, odd ones among them.
extension Choices {
    static let users = ["@alice:a", "@bob:b", "@carol:a", "@dave:d"]
    private static let levels: [TestJSON] = [
        50, 0, 100, -1, 1, 49, 51, 99, 101, 9_007_199_254_740_991, "50", "  50 ", "+5", "1_000", "", nil, true, [], [:],
        .raw("50.0"), .raw("1e2"), .raw("-0"), .raw("0.9"), .raw("99999999999999999999"), "100000000000000000000",
        "-99999999999999999999", .raw("-1e400"), "0x10", "5e1", "\u{0665}",
    ]
    private static let types = ["m.room.topic", "m.room.power_levels", "m.room.name"]
    private static let memberships = ["join", "invite", "leave", "ban", "knock"]
    private static let joinRules = [
        "public", "invite", "restricted", "restricted", "knock", "knock_restricted", "private", "odd",
    ]

    mutating func user() -> String { pick(Self.users) }

    /// A user, or something that is none.
    mutating func userOrNot() -> TestJSON {
        happens(oneIn: 6) ? pick(["", "@", "alice", "@alice:a ", "@Alice:a", 5, nil, ["@bob:b"]]) : .string(user())
    }

    mutating func createContent(_ version: RoomVersion) -> TestJSON {
        var content: TestJSON = ["room_version": .string(version.rawValue)]
        if happens(oneIn: 8) { content = content.setting("room_version", to: pick([nil, "1", "13", 1])) }
        if !happens(oneIn: 8) { content = content.setting("creator", to: userOrNot()) }
        if happens(oneIn: 3) { content = content.setting("m.federate", to: pick([true, false, "false", nil, 0])) }
        guard happens(oneIn: 3) else { return content }
        let additional: TestJSON = happens(oneIn: 4) ? pick([nil, "x", [5], [:]]) : .array([userOrNot(), userOrNot()])
        return content.setting("additional_creators", to: additional)
    }

    mutating func powerLevelsContent() -> TestJSON {
        var content: TestJSON = ["users": levels(of: Self.users)]
        for field in PowerLevelsContent.Field.allCases where happens(oneIn: 3) {
            content = content.setting(field.key.description, to: level())
        }
        if happens(oneIn: 2) {
            content = content.setting("events", to: levels(of: Self.types))
        }
        if happens(oneIn: 3) { content = content.setting("notifications", to: levels(of: ["room", "odd"])) }
        return content
    }

    /// Power levels with a few of them changed.
    mutating func changed(_ powerLevels: TestJSON) -> TestJSON {
        var content = powerLevels
        for _ in 0...number(below: 2) {
            let map = pick(["users", "events", "notifications", "ban", "state_default"])
            guard case .object(let members) = content, ["users", "events", "notifications"].contains(map) else {
                content = content.setting(map, to: level())
                continue
            }
            let keys = ["users": Self.users, "events": Self.types, "notifications": ["room", "odd"]][map] ?? []
            let current = members.first { $0.key == map }?.value ?? [:]
            content = content.setting(map, to: current.setting(pick(keys), to: happens(oneIn: 3) ? nil : level()))
        }
        return content
    }

    /// `content` with anything changed, still an object.
    mutating func mutated(_ content: TestJSON) -> TestJSON {
        var mutation = Mutation(seed: UInt64(number(below: 65_536)))
        let changed = mutation.changed(content)
        if case .object = changed { return changed }
        return content
    }

    private mutating func levels(of keys: [String]) -> TestJSON {
        if happens(oneIn: 16) { return pick([nil, [], "x", [[:]], ["alice": 50], ["@x": 1]]) }
        return .object(keys.compactMap { happens(oneIn: 3) ? nil : (key: $0, value: level()) })
    }

    mutating func level() -> TestJSON {
        if happens(oneIn: 12) { return pick(Self.levels) }
        return happens(oneIn: 3) ? .raw(String(number(below: 101))) : pick([100, 50, 0, 51, 49])
    }

    mutating func joinRulesContent() -> TestJSON {
        if happens(oneIn: 8) { return pick([[:], ["join_rule": nil], ["join_rule": 1], ["join_rule": "Public"]]) }
        return ["join_rule": .string(pick(Self.joinRules)), "allow": []]
    }

    mutating func memberContent() -> TestJSON {
        var content: TestJSON = ["membership": .string(pick(Self.memberships))]
        if happens(oneIn: 16) { content = content.setting("membership", to: pick([nil, "", 1, "JOIN", "odd"])) }
        if happens(oneIn: 4) { content = content.setting("join_authorised_via_users_server", to: userOrNot()) }
        if happens(oneIn: 4) { content = content.setting("third_party_invite", to: pick(ThirdParty.invites)) }
        return content
    }
}

/// Invites by a third party's word, made once: signing takes longer than all the rest.
enum ThirdParty {
    static let token = "token"
    private static let key = TestSigningKey(of: "third-party")

    static let offers: [TestJSON] = [
        ["public_key": .string(key.publicKey())],
        ["public_key": "odd", "public_keys": [["public_key": .string(key.publicKey())]]],
        ["public_keys": [5, [:], ["public_key": .string(key.publicKey())]]],
        [:], ["public_key": 5], ["public_keys": [:]], ["public_key": .string(TestSigningKey(of: "a").publicKey())],
    ]

    /// Configurations of policy servers.
    static let policies: [TestJSON] = [
        ["via": "a", "public_keys": ["ed25519": .string(key.publicKey())]],
        [:], ["via": 5], ["via": "a", "public_keys": ["ed25519": "odd"]],
    ]

    /// The policy server's signature.
    static func signature(over bytes: [UInt8]) -> String { key.signature(over: bytes) }

    static let invites: [TestJSON] =
        ["@bob:b", "@carol:a", "@alice:a"].map { user in ["signed": signed(user, token)] }
        + [["signed": signed("@bob:b", "other")], ["signed": signed("@bob:b", token).setting("x", to: 1)]]
        + [nil, [:], ["signed": 5], ["signed": [:]], ["signed": ["mxid": "@bob:b", "token": "token"]]]
        + [["signed": ["mxid": "@bob:b", "token": "token", "signatures": ["x": ["ed25519:1": "odd"]]]]]

    private static func signed(_ user: String, _ token: String) -> TestJSON {
        let object: TestJSON = ["mxid": .string(user), "token": .string(token)]
        guard let signed = try? key.signing(object, as: "third-party") else {
            preconditionFailure("An object can be signed")
        }
        return signed
    }
}
