import CanonicalJSON
import EventTestSupport
import MatrixEvents

/// The event to decide.
extension ChosenRoom {
    private static let types = [
        "m.room.power_levels", "m.room.create", "m.room.topic", "m.room.message", "m.room.join_rules",
        "m.room.redaction", "m.room.aliases", "m.room.third_party_invite", "m.room.policy", "m.room.name",
    ]

    /// Throws where what was chosen is no event.
    func event(_ choices: inout Choices) throws -> Event? {
        if choices.happens(oneIn: 12) { return try thirdPartyInvite(&choices) }
        let type = EventType(UTF8Text(choices.happens(oneIn: 2) ? choices.pick(Self.types) : "m.room.member"))
        let sender = choices.happens(oneIn: 2) ? choices.user() : "@alice:a"
        let (content, stateKey) = content(of: type, by: sender, &choices)
        guard var template = template(type, content, by: sender, stateKey: stateKey) else { return nil }
        template.authEvents = choices.happens(oneIn: 4) ? [] : [create]
        if type == .create {
            if choices.happens(oneIn: 2) { template.roomID = choices.happens(oneIn: 2) ? "!other:b" : nil }
        }
        if type != .create || choices.happens(oneIn: 4) {
            template.prevEvents = choices.happens(oneIn: 2) ? [create] : Array(state.values.prefix(1))
        }
        if type == .redaction { template.extraKeys["redacts"] = choices.pick(["$x:a", "$x:b", nil, 5, "$x"]) }
        if version.format.carriesID { template.opaqueID = choices.pick(["$event:a", "$event:b", "$event"]) }
        try sign(&template, &choices)
        return try Event(parsing: template.unhashedBytes, roomVersion: version)
    }

    private func thirdPartyInvite(_ choices: inout Choices) throws -> Event? {
        let content: TestJSON = ["membership": "invite", "third_party_invite": choices.pick(ThirdParty.invites)]
        let offer = state[StateKey(.thirdPartyInvite, UTF8Text(ThirdParty.token))]
        let sender = choices.happens(oneIn: 4) ? choices.user() : offer?.sender.description ?? "@alice:a"
        let template = template(.member, content, by: sender, stateKey: choices.pick(["@bob:b", "@carol:a"]))
        return try template.map { try Event(parsing: $0.unhashedBytes, roomVersion: version) }
    }

    /// Lets servers have signed that rules ask for: any text where its presence counts, and the policy server for real.
    private func sign(_ template: inout EventTemplate, _ choices: inout Choices) throws {
        guard choices.happens(oneIn: 2) else { return }
        let keys: TestJSON = ["ed25519:1": "signature"]
        var signatures: TestJSON = ["a": keys, "b": keys, "d": choices.pick([keys, 5])]
        if version == .draft2014, state.keys.contains(StateKey(.policy)) {
            let event = try Event(parsing: template.unhashedBytes, roomVersion: version)
            let signature = choices.happens(oneIn: 4) ? "odd" : ThirdParty.signature(over: event.signedBytes)
            signatures = signatures.setting("a", to: ["ed25519:policy_server": .string(signature)])
        }
        template.extraKeys["signatures"] = signatures
    }

    private func content(
        of type: EventType,
        by sender: String,
        _ choices: inout Choices
    ) -> (content: TestJSON, stateKey: String?) {
        var stateKey: String? = choices.happens(oneIn: 8) ? choices.pick([nil, "", "x", "@x", "@bob:b", "a"]) : ""
        var content: TestJSON
        switch type {
        case .member:
            content = choices.memberContent()
            if stateKey == "" { stateKey = choices.happens(oneIn: 2) ? choices.user() : sender }
        case .powerLevels:
            content = choices.happens(oneIn: 4) ? choices.powerLevelsContent() : choices.changed(powerLevels)
        case .create: content = choices.createContent(version)
        case .joinRules: content = choices.joinRulesContent()
        case .thirdPartyInvite: content = choices.pick(ThirdParty.offers)
        case .aliases: (content, stateKey) = ([:], choices.pick(["a", "b", "", nil]))
        case .redaction: (content, stateKey) = (["redacts": "$x:a"], nil)
        case .policy, .historyVisibility, .other: content = ["body": "x"]
        }
        if choices.happens(oneIn: 8) { content = choices.mutated(content) }
        return (content, stateKey)
    }
}
