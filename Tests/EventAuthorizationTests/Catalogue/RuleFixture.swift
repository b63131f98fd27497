import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// The plainest case that a rule decides, in every version that has the rule.
struct RuleFixture: Sendable {
    let rule: Rule
    /// The event, and what it claims to be authorized by.
    let held: @Sendable (RoomVersion) throws -> AuthorizationCase

    private init(_ rule: Rule, held: @escaping @Sendable (RoomVersion) throws -> AuthorizationCase) {
        self.rule = rule
        self.held = held
    }

    func explain(_ version: RoomVersion) throws -> (decision: Decision, trace: [RuleTrial]) {
        let held = try held(version)
        let claims = try #require(held.claims)
        return Authorization.explain(held.event, citing: claims.cited, create: claims.create)
    }

    /// Alice's room after `event` has changed it and made the event to decide.
    static func room(
        _ rule: Rule,
        deciding event: @escaping @Sendable (inout TestRoom) throws -> Event
    ) -> RuleFixture {
        RuleFixture(rule) { version in
            var room = try TestRoom.furnished(version)
            let event = try event(&room)
            return room.held(event)
        }
    }

    /// A create event after `change`.
    static func create(
        _ rule: Rule,
        by creator: UserID = .alice,
        content: TestJSON = [:],
        change: @escaping @Sendable (inout EventTemplate) throws -> Void = { _ in }
    ) -> RuleFixture {
        RuleFixture(rule) { version in
            var template = EventTemplate.create(version, by: creator, content: content)
            try change(&template)
            return AuthorizationCase(try template.event(), claims: .init(citing: [], create: .none))
        }
    }

    /// An event in a room whose create event has `content`.
    static func room(
        _ rule: Rule,
        createdWith content: TestJSON,
        deciding event: @escaping @Sendable (inout TestRoom) throws -> Event
    ) -> RuleFixture {
        RuleFixture(rule) { version in
            var room = try TestRoom.furnished(version, content: content)
            let event = try event(&room)
            return room.held(event)
        }
    }

    /// A room with nothing but its create event.
    static func emptyRoom(
        _ rule: Rule,
        deciding event: @escaping @Sendable (TestRoom) throws -> Event
    ) -> RuleFixture {
        RuleFixture(rule) { version in
            let room = try TestRoom(version: version)
            return try room.held(event(room))
        }
    }

    static let all = citations + joins + invites + leaves + others + powerLevels + draft + draftMembers
}

extension RuleFixture: CustomTestStringConvertible {
    var testDescription: String { rule.rawValue }
}

extension TestRoom {
    /// Gives Bob a place in the room, and a level.
    mutating func admitBob(level: Int64 = 0, content: TestJSON = [:]) throws {
        try join(.bob)
        let users = levels([.alice: 100, .bob: .init(integerLiteral: level)])
        try setPowerLevels(content.setting("users", to: users))
    }

    func message(by sender: UserID) throws -> Event {
        try event("m.room.message", by: sender, content: ["body": "hello"])
    }

    func topic(by sender: UserID) throws -> Event {
        try event("m.room.topic", by: sender, stateKey: "", content: ["topic": "tests"])
    }

    /// An m.room.power_levels that says what the current one says, but for `changes`.
    func powerLevels(by sender: UserID, changes: KeyValuePairs<String, TestJSON?>) throws -> Event {
        var content: TestJSON = [:]
        if let current = self[.powerLevels]?.content {
            for (key, value) in current { content = content.setting(key.string, to: TestJSON(value)) }
        }
        for (key, value) in changes { content = content.setting(key, to: value) }
        return try event(.powerLevels, by: sender, stateKey: "", content: content)
    }
}
