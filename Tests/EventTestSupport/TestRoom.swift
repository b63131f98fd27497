import CanonicalJSON
package import EventAuthorization
package import MatrixEvents

/// A room in memory: its events, all hashed and signed, and the state that they add up to.
///
/// ```swift
/// var room = try TestRoom(version: .v11)
/// try room.setJoinRule("public")
/// try room.join(.bob)
/// let event = try room.event("m.room.message", by: .bob)
/// room.decide(event)
/// ```
///
/// What is added to the room becomes its state, whether the rules allow it or not.
package struct TestRoom: Sendable {
    package let version: RoomVersion
    package let id: RoomID
    package let create: Event
    /// The events of the room in order, the create event first.
    package private(set) var events: [Event]
    package private(set) var state: [StateKey: Event]
    private var known: [EventID: CitedEvent]

    /// A room with nothing but its create event.
    ///
    /// - Parameter content: what the create event says beside its creator and room version.
    package init(
        version: RoomVersion,
        createdBy creator: UserID = .alice,
        content: TestJSON = [:],
        id localpart: String = "room"
    ) throws {
        self.init(try EventTemplate.create(version, by: creator, content: content, id: localpart).event())
    }

    /// The room that `create` makes.
    package init(_ create: Event) {
        version = create.roomVersion
        id = create.roomID
        self.create = create
        events = [create]
        state = create.stateKeyPair.map { [$0: create] } ?? [:]
        known = [create.id: CitedEvent(create)]
    }

    /// The state event of `type` under `stateKey`.
    package subscript(type: EventType, stateKey: String = "") -> Event? {
        state[StateKey(type, UTF8Text(stateKey))]
    }

    // MARK: Making events

    /// An event that follows the room's last one and cites what the room's state has for it; not added to the room.
    package func template(
        _ type: EventType,
        by sender: UserID,
        stateKey: String? = nil,
        content: TestJSON = [:]
    ) throws -> EventTemplate {
        var template = EventTemplate(
            type,
            by: sender,
            in: id,
            stateKey: stateKey,
            content: content,
            roomVersion: version
        )
        template.prevEvents = events.last.map { [$0] } ?? []
        template.authEvents = try citations(for: template)
        template.depth = .raw(String(events.count + 1))
        template.originServerTS = .raw(String(1_700_000_000_000 + 1_000 * events.count))
        if version.format.carriesID { template.opaqueID = "$\(events.count)-\(known.count):\(sender.serverName)" }
        return template
    }

    /// As ``template(_:by:stateKey:content:)``, finished.
    ///
    /// - Parameter citing: what the event cites, where that is not the selection from the room's state.
    package func event(
        _ type: EventType,
        by sender: UserID,
        stateKey: String? = nil,
        content: TestJSON = [:],
        citing: [Event]? = nil
    ) throws -> Event {
        var template = try template(type, by: sender, stateKey: stateKey, content: content)
        if let citing { template.authEvents = citing }
        return try template.event()
    }

    /// What the selection algorithm picks from the room's state for `template`.
    private func citations(for template: EventTemplate) throws -> [Event] {
        guard let content = try JSONDocument(parsing: template.content.bytes).root.object else { return [] }
        let selection = AuthEventSelection(
            type: template.type,
            sender: template.sender.text,
            stateKey: template.stateKey.map { UTF8Text($0) },
            content: content,
            version: version
        )
        return selection.entries.compactMap { state[$0.key] }
    }

    // MARK: Taking events in

    /// Adds `event` to the room, and to its state where it is a state event.
    package mutating func add(_ event: Event) {
        events.append(event)
        if let key = event.stateKeyPair { state[key] = event }
        know(event)
    }

    /// Makes it possible to cite `event` although it is not part of the room.
    package mutating func know(_ event: Event, isRejected: Bool = false) {
        known[event.id] = CitedEvent(event, isRejected: isRejected)
    }

    /// Takes what is at `type` and `stateKey` out of the state.
    package mutating func forget(_ type: EventType, _ stateKey: String = "") {
        state[StateKey(type, UTF8Text(stateKey))] = nil
    }

    // MARK: Deciding

    /// Decides `event` by what it cites, all of which the room knows.
    package func decide(_ event: Event) -> Decision {
        Authorization.decide(event, citing: citations(of: event), create: impliedCreate(of: event))
    }

    /// As ``decide(_:)``, with every rule tried.
    package func explain(_ event: Event) -> (decision: Decision, trace: [RuleTrial]) {
        Authorization.explain(event, citing: citations(of: event), create: impliedCreate(of: event))
    }

    /// The event and what it cites, all of which the room knows.
    package func held(_ event: Event) -> AuthorizationCase {
        AuthorizationCase(event, claims: .init(citing: citations(of: event), create: impliedCreate(of: event)))
    }

    /// Decides `event` by the room's state.
    package func decideInState(_ event: Event) -> Decision {
        var protocolState = ProtocolState()
        for (key, slot) in AuthEventSelection(for: event).entries {
            if let event = state[key] { _ = protocolState.place(AuthEvent(event), in: slot) }
        }
        protocolState.create = AuthEvent(create)
        return Authorization.decide(event, in: protocolState)
    }

    private func citations(of event: Event) -> [CitedEvent] {
        event.authEvents.map { id in
            guard let cited = known[id] else { preconditionFailure("The room does not know \(id)") }
            return cited
        }
    }

    private func impliedCreate(of event: Event) -> ImpliedCreate {
        if event.isCreate { return .none }
        if version == .draft2014 { return event.authEvents.isEmpty ? .none : .event(CitedEvent(create)) }
        guard version.format.roomIDIsCreateHash else { return .none }
        return known[event.roomID.createEventID].map { .event($0) } ?? .impossible
    }
}
