import CanonicalJSON
import MatrixEvents

/// What the protocol state says of users: their membership and their power.
extension RuleWalk {
    /// `leave` where the state has no member event for `user`.
    func membership(of user: UTF8Text) -> Membership {
        state.member(user)?.membership ?? .leave
    }

    var senderMembership: Membership { membership(of: event.sender.text) }

    /// The power levels in force, where the state has any.
    var powerLevels: PowerLevelsContent? {
        state.powerLevels?.powerLevels(in: event.roomVersion.levelGrammar)
    }

    /// The events that ``level(of:)`` reads.
    var levelParts: ProtocolState.Parts {
        if rules.creators == .senderAndAdditional { return [.create, .powerLevels] }
        return state.powerLevels == nil ? .create : .powerLevels
    }

    /// The power level of `user`.
    ///
    /// Since v12 creators stand above all levels. Before, the creator has 100 as long as there are no power levels.
    func level(of user: UTF8Text) throws(Decision) -> PowerLevel {
        if rules.creators == .senderAndAdditional, isCreator(user) { return .infinite }
        guard let powerLevels else { return isCreator(user) ? 100 : 0 }
        if let level = try readState({ () throws(Malformed) in try powerLevels.level(of: user, in: .users) }) {
            return level
        }
        return try level(.usersDefault)
    }

    func senderLevel() throws(Decision) -> PowerLevel {
        try level(of: event.sender.text)
    }

    /// The level that the state demands for `field`.
    func level(_ field: PowerLevelsContent.Field) throws(Decision) -> PowerLevel {
        guard let powerLevels else { return field.defaultLevel }
        let level = try readState { () throws(Malformed) in try powerLevels.level(field) }
        return level ?? field.defaultLevel
    }

    /// The level needed to send the event, as its type and its being a state event have it.
    func requiredLevel() throws(Decision) -> PowerLevel {
        let type = event.type.text
        if let powerLevels,
            let level = try readState({ () throws(Malformed) in try powerLevels.level(of: type, in: .events) })
        {
            return level
        }
        return try level(event.stateKey == nil ? .eventsDefault : .stateDefault)
    }

    /// Whether the create event makes `user` a creator of the room.
    func isCreator(_ user: UTF8Text) -> Bool {
        guard let create = state.create else { return false }
        switch rules.creators {
        case .namedInContent: return CreateContent(create).creator == user
        case .sender: return create.sender.text == user
        case .senderAndAdditional:
            return create.sender.text == user || CreateContent(create).namesAdditionalCreator(user)
        }
    }

    /// Since v12: the sender of the create event and those it adds.
    var creators: Set<UTF8Text> {
        guard let create = state.create else { return [] }
        return CreateContent(create).additionalCreatorIDs.union([create.sender.text])
    }

    typealias Malformed = PowerLevelsContent.Malformed

    /// A level of the current power levels that cannot be read denies the event that needs it.
    func readState<Value>(_ read: () throws(Malformed) -> Value) throws(Decision) -> Value {
        do throws(Malformed) {
            return try read()
        } catch {
            try reject(
                .statePowerLevelsMalformed,
                comparing: ["path": .text(UTF8Text(error.path)), "value": .json(error.value)],
                reading: .powerLevels
            )
        }
    }
}
