import CanonicalJSON
package import MatrixEvents

/// What users do in rooms. Each adds its event to the room.
extension TestRoom {
    /// A room that its creator has joined, with join rule `public` and the power levels `{"users": {creator: 100}}`
    /// (since v12, where creators need no level: `{}`).
    package static func furnished(
        _ version: RoomVersion,
        createdBy creator: UserID = .alice,
        content: TestJSON = [:],
        id localpart: String = "room"
    ) throws -> TestRoom {
        var room = try TestRoom(version: version, createdBy: creator, content: content, id: localpart)
        try room.join(creator)
        try room.setPowerLevels(["users": room.levels([creator: 100])], by: creator)
        try room.setJoinRule("public", by: creator)
        return room
    }

    /// The value of `users` that gives these users their levels, as far as the room version lists them.
    package func levels(_ levels: KeyValuePairs<UserID, TestJSON>) -> TestJSON {
        let listed = levels.filter { !version.format.roomIDIsCreateHash || $0.key != create.sender }
        return .object(listed.map { (key: $0.key.description, value: $0.value) })
    }

    @discardableResult
    package mutating func send(
        _ type: EventType,
        by sender: UserID,
        stateKey: String? = nil,
        content: TestJSON = [:]
    ) throws -> Event {
        let event = try event(type, by: sender, stateKey: stateKey, content: content)
        add(event)
        return event
    }

    /// The member event that gives `user` a membership; not added to the room.
    package func membership(
        _ membership: String,
        of user: UserID,
        by sender: UserID? = nil,
        content: TestJSON = [:]
    ) throws -> Event {
        try event(
            .member,
            by: sender ?? user,
            stateKey: user.description,
            content: content.setting("membership", to: .string(membership))
        )
    }

    @discardableResult
    package mutating func setMembership(
        _ membership: String,
        of user: UserID,
        by sender: UserID? = nil,
        content: TestJSON = [:]
    ) throws -> Event {
        let event = try self.membership(membership, of: user, by: sender, content: content)
        add(event)
        return event
    }

    @discardableResult
    package mutating func join(_ user: UserID) throws -> Event {
        try setMembership("join", of: user)
    }

    @discardableResult
    package mutating func invite(_ user: UserID, by sender: UserID = .alice) throws -> Event {
        try setMembership("invite", of: user, by: sender)
    }

    @discardableResult
    package mutating func ban(_ user: UserID, by sender: UserID = .alice) throws -> Event {
        try setMembership("ban", of: user, by: sender)
    }

    @discardableResult
    package mutating func setJoinRule(_ rule: TestJSON, by sender: UserID = .alice) throws -> Event {
        try send(.joinRules, by: sender, stateKey: "", content: ["join_rule": rule])
    }

    @discardableResult
    package mutating func setPowerLevels(_ content: TestJSON, by sender: UserID = .alice) throws -> Event {
        try send(.powerLevels, by: sender, stateKey: "", content: content)
    }
}
