import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents

/// The state of a room: a create event, and what else an input's bytes choose.
struct ChosenRoom {
    let version: RoomVersion
    let create: Event
    private(set) var state: [StateKey: Event] = [:]
    /// What the power levels in the state say.
    private(set) var powerLevels: TestJSON = [:]
    /// Events of another room, or such as stand in a place already taken.
    private var strangers: [Event] = []

    /// `nil` where what was chosen makes no room.
    init?(_ choices: inout Choices, _ version: RoomVersion) {
        self.version = version
        let content = choices.createContent(version)
        guard let create = try? Self.create(content, version, named: "room") else { return nil }
        self.create = create
        add(create)
        addMembers(&choices)
        if !choices.happens(oneIn: 3) {
            powerLevels = choices.powerLevelsContent()
            add(.powerLevels, powerLevels)
        }
        if !choices.happens(oneIn: 3) { add(.joinRules, choices.joinRulesContent()) }
        if choices.happens(oneIn: 3) {
            add(.thirdPartyInvite, choices.pick(ThirdParty.offers), by: choices.user(), stateKey: ThirdParty.token)
        }
        if choices.happens(oneIn: 6) { add(.policy, choices.pick(ThirdParty.policies)) }
        if choices.happens(oneIn: 6) { addStrangers(&choices) }
    }

    private static func create(_ content: TestJSON, _ version: RoomVersion, named name: String) throws -> Event {
        var template = EventTemplate.create(version, id: name)
        template.content = content.setting("org.example.name", to: .string(name))
        return try Event(parsing: template.unhashedBytes, roomVersion: version)
    }

    private mutating func addMembers(_ choices: inout Choices) {
        for user in Choices.users {
            if choices.happens(oneIn: 4) { continue }
            let content = choices.happens(oneIn: 2) ? choices.memberContent() : ["membership": "join"]
            add(.member, content, by: choices.happens(oneIn: 8) ? choices.user() : user, stateKey: user)
        }
    }

    private mutating func addStrangers(_ choices: inout Choices) {
        if let other = try? Self.create([:], version, named: "other") { strangers.append(other) }
        if !state.keys.contains(StateKey(.powerLevels)) {
            var foreign = template(.powerLevels, [:], by: "@alice:a", stateKey: "")
            foreign?.roomID = "!other:a"
            if let bytes = foreign?.unhashedBytes, let event = try? Event(parsing: bytes, roomVersion: version) {
                strangers.append(event)
            }
            return
        }
        let topic = template(.init(UTF8Text("m.room.topic")), ["topic": "x"], by: "@alice:a", stateKey: "")
        let member = template(.member, choices.memberContent(), by: choices.user(), stateKey: choices.user())
        for template in [topic, member].compactMap({ $0 }) {
            if let event = try? Event(parsing: template.unhashedBytes, roomVersion: version) { strangers.append(event) }
        }
    }

    private mutating func add(_ event: Event) {
        if let key = event.stateKeyPair { state[key] = event }
    }

    private mutating func add(
        _ type: EventType,
        _ content: TestJSON,
        by sender: String = "@alice:a",
        stateKey: String = ""
    ) {
        guard let bytes = template(type, content, by: sender, stateKey: stateKey)?.unhashedBytes,
            let event = try? Event(parsing: bytes, roomVersion: version)
        else { return }
        add(event)
    }

    func template(
        _ type: EventType,
        _ content: TestJSON,
        by sender: String,
        stateKey: String?
    ) -> EventTemplate? {
        guard let sender = UserID(UTF8Text(sender)) else { return nil }
        var template = EventTemplate(
            type,
            by: sender,
            in: create.roomID,
            stateKey: stateKey,
            content: content,
            roomVersion: version
        )
        if version.format.carriesID { template.opaqueID = "$\(state.count)-\(strangers.count):a" }
        return template
    }
}

// MARK: What it cites

extension ChosenRoom {
    /// What the selection picks from the state, give or take some.
    func citations(of event: Event, _ choices: inout Choices) -> [CitedEvent] {
        var events = AuthEventSelection(for: event).entries.compactMap { state[$0.key] }
        if event.type == .create, choices.happens(oneIn: 4) { events.append(create) }
        if choices.happens(oneIn: 12), !events.isEmpty { events.remove(at: choices.number(below: events.count)) }
        if choices.happens(oneIn: 16), !events.isEmpty { events.append(choices.pick(events)) }
        if choices.happens(oneIn: 2) { events += strangers }
        return events.map { CitedEvent($0, isRejected: choices.happens(oneIn: 64)) }
    }

    func impliedCreate(of event: Event, _ choices: inout Choices) -> ImpliedCreate {
        guard version == .draft2014 || version.format.roomIDIsCreateHash, !event.isCreate else { return .none }
        switch choices.number(below: 16) {
        case 13: return .none
        case 14: return .event(CitedEvent(create, isRejected: true))
        case 15: return .impossible
        default: return .event(CitedEvent(create))
        }
    }
}
