import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Server-server API, "Auth events selection".
struct SelectionTests {
    private func keys(
        _ type: EventType,
        in version: RoomVersion,
        by sender: String = "@alice:a",
        stateKey: String? = nil,
        content: TestJSON = [:]
    ) throws -> Set<String> {
        let selection = AuthEventSelection(
            type: type,
            sender: UTF8Text(sender),
            stateKey: stateKey.map { UTF8Text($0) },
            content: try #require(JSONDocument(parsing: content.bytes).root.object),
            version: version
        )
        #expect(Set(selection.entries.map(\.key)).count == selection.entries.count)
        return Set(selection.entries.map(\.key.description))
    }

    private func common(_ version: RoomVersion, _ more: String...) -> Set<String> {
        let always: Set = ["(m.room.power_levels, \"\")", "(m.room.member, \"@alice:a\")"]
        let create: Set = version == .v12 ? [] : ["(m.room.create, \"\")"]
        let policy: Set = version == .draft2014 ? ["(m.room.policy, \"\")"] : []
        return always.union(create).union(policy).union(more)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a create event selects nothing`(version: RoomVersion) throws {
        #expect(try keys(.create, in: version, stateKey: "").isEmpty)
    }

    @Test(arguments: RoomVersion.allCases)
    func `every event selects power levels and its sender, and the create event until v11`(
        version: RoomVersion
    ) throws {
        for type: EventType in ["m.room.message", .aliases, .redaction, .powerLevels, .joinRules, .thirdPartyInvite] {
            #expect(try keys(type, in: version, stateKey: "") == common(version))
        }
    }

    @Test(arguments: RoomVersion.allCases, ["join", "invite", "knock", "leave", "ban", "x"])
    func `memberships select the target, and the join rules to enter`(version: RoomVersion, membership: String) throws {
        let selected = try keys(.member, in: version, stateKey: "@bob:b", content: ["membership": .string(membership)])
        let target = "(m.room.member, \"@bob:b\")"
        let enters = ["join", "invite", "knock"].contains(membership)
        let expected = enters ? common(version, target, "(m.room.join_rules, \"\")") : common(version, target)
        #expect(selected == expected)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a third-party invite selects what its token names`(version: RoomVersion) throws {
        let content: TestJSON = ["membership": "invite", "third_party_invite": ["signed": ["token": "token"]]]
        let invite = try keys(.member, in: version, stateKey: "@bob:b", content: content)
        #expect(invite.contains("(m.room.third_party_invite, \"token\")") == (version != .draft2014))
        let join = try keys(
            .member,
            in: version,
            stateKey: "@bob:b",
            content: content.setting("membership", to: "join")
        )
        #expect(!join.contains("(m.room.third_party_invite, \"token\")"))
    }

    @Test(arguments: [TestJSON.raw("null"), [:], ["signed": "x"], ["signed": [:]], ["signed": ["token": 5]]])
    func `a malformed third-party invite selects nothing more`(invite: TestJSON) throws {
        let content: TestJSON = ["membership": "invite", "third_party_invite": invite]
        let selected = try keys(.member, in: .v11, stateKey: "@bob:b", content: content)
        #expect(selected == common(.v11, "(m.room.member, \"@bob:b\")", "(m.room.join_rules, \"\")"))
    }

    @Test(arguments: RoomVersion.allCases)
    func `a join selects its authorising user since v8`(version: RoomVersion) throws {
        let content: TestJSON = ["membership": "join", "join_authorised_via_users_server": "@carol:a"]
        let join = try keys(.member, in: version, stateKey: "@bob:b", content: content)
        let knows = [RoomVersion.v8, .v9, .v10, .v11, .v12].contains(version)
        #expect(join.contains("(m.room.member, \"@carol:a\")") == knows)
        let leave = try keys(
            .member,
            in: version,
            stateKey: "@bob:b",
            content: content.setting("membership", to: "leave")
        )
        #expect(!leave.contains("(m.room.member, \"@carol:a\")"))
    }
}
