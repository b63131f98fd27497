import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    /// Holds the cited events against each other and the room, and makes of them the state that the other rules read.
    mutating func takeState(from cited: [CitedEvent], create: ImpliedCreate) throws(Decision) {
        if rules.createIsImpliedByRoomID { state.create = try acceptedCreate(create) }
        let selection = AuthEventSelection(for: event)

        let duplicate = cited.firstDuplicate
        try reject(
            .authEventsDuplicate,
            if: duplicate != nil,
            comparing: duplicate.comparison,
            readingEvents: duplicate.ids
        )
        // Going through indices counts fewer references to the events than going through the events.
        let slots = cited.indices.map { selection.slot(for: cited[$0].event) }
        let unexpected = slots.firstIndex { $0 == nil }.map { cited[$0] }
        try reject(
            .authEventsUnexpected,
            if: unexpected != nil,
            comparing: unexpected.comparison,
            readingEvents: unexpected.ids
        )
        let rejected = cited.firstIndex { $0.isRejected }.map { cited[$0] }
        try reject(
            .authEventsRejected,
            if: rejected != nil,
            comparing: rejected.comparison,
            readingEvents: rejected.ids
        )
        if !rules.createIsImpliedByRoomID {
            try reject(
                .authEventsNoCreate,
                if: !slots.contains(.create),
                comparing: ["cited": .count(cited.count)]
            )
        }
        let stranger = cited.firstIndex { $0.event.roomID != event.roomID }.map { cited[$0] }
        try reject(
            .authEventsWrongRoom,
            if: stranger != nil,
            comparing: stranger.roomComparison(with: event),
            readingEvents: stranger.ids
        )
        for index in cited.indices {
            guard let slot = slots[index], state.place(cited[index].event, in: slot) else {
                preconditionFailure("A citation that no rule refused has a place of its own")
            }
        }
    }

    /// Since v12: the room id is the id of the create event, with `!` in place of `$`.
    private func acceptedCreate(_ create: ImpliedCreate) throws(Decision) -> AuthEvent? {
        var accepted: AuthEvent?
        var named: AuthEvent?
        if case .event(let cited) = create {
            named = cited.event
            let makesTheRoom = cited.event.isCreate && cited.event.roomID == event.roomID
            accepted = makesTheRoom && !cited.isRejected ? cited.event : nil
        }
        try reject(
            .roomCreateUnknown,
            if: accepted == nil,
            comparing: ["room_id": .text(event.roomID.text)],
            readingEvents: named.map { [$0.id] } ?? []
        )
        return accepted
    }
}

extension [CitedEvent] {
    /// The first event that stands where an earlier one does, or that is cited twice.
    var firstDuplicate: CitedEvent? {
        // An event cites five or so: comparing each with each is ten times faster than hashing them.
        guard count <= 16 else { return firstDuplicateOfMany }
        for later in indices {
            for earlier in 0..<later where self[earlier].event.standsBeside(self[later].event) { return self[later] }
        }
        return nil
    }

    private var firstDuplicateOfMany: CitedEvent? {
        var keys: Set<StateKey> = []
        var ids: Set<EventID> = []
        return first { citation in
            let isNewKey = citation.event.stateKeyPair.map { keys.insert($0).inserted } ?? true
            return !(ids.insert(citation.event.id).inserted && isNewKey)
        }
    }
}

extension CitedEvent? {
    var ids: [EventID] { map { [$0.event.id] } ?? [] }

    var comparison: Comparison {
        guard let event = self?.event else { return [:] }
        return [
            "event_id": .text(event.id.text), "type": .type(event.type), "state_key": .text(event.stateKey),
        ]
    }

    func roomComparison(with event: Event) -> Comparison {
        guard let cited = self?.event else { return [:] }
        return [
            "event_id": .text(cited.id.text), "room_id": .text(cited.roomID.text), "expected": .text(event.roomID.text),
        ]
    }
}
