import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    /// Holds the cited events against each other and the room, and makes of them the state that the other rules read.
    mutating func takeState(from cited: [CitedEvent], create: ImpliedCreate) throws(Decision) {
        if rules.createIsImpliedByRoomID { state.create = try acceptedCreate(create) }
        let duplicate = cited.firstDuplicate
        try reject(
            .authEventsDuplicate,
            if: duplicate != nil,
            comparing: duplicate.comparison,
            readingEvents: duplicate.ids
        )
        let flaws = placeAll(cited)
        try reject(
            .authEventsUnexpected,
            if: flaws.unexpected != nil,
            comparing: flaws.unexpected.comparison,
            readingEvents: flaws.unexpected.ids
        )
        try reject(
            .authEventsRejected,
            if: flaws.rejected != nil,
            comparing: flaws.rejected.comparison,
            readingEvents: flaws.rejected.ids
        )
        if !rules.createIsImpliedByRoomID {
            try reject(
                .authEventsNoCreate,
                if: state.create == nil,
                comparing: ["cited": .count(cited.count)]
            )
        }
        try reject(
            .authEventsWrongRoom,
            if: flaws.stranger != nil,
            comparing: flaws.stranger.roomComparison(with: event),
            readingEvents: flaws.stranger.ids
        )
    }

    /// Puts each of `cited`, no two of which stand in one place of the state, where the other rules will look for it.
    ///
    /// - Returns: what is wrong with them, the first of each kind.
    private mutating func placeAll(
        _ cited: [CitedEvent]
    ) -> (unexpected: CitedEvent?, rejected: CitedEvent?, stranger: CitedEvent?) {
        let selection = AuthEventSelection(for: event)
        var flaws: (unexpected: CitedEvent?, rejected: CitedEvent?, stranger: CitedEvent?) = (nil, nil, nil)
        for citation in cited {
            if let slot = selection.slot(for: citation.event) {
                guard state.place(citation.event, in: slot) else {
                    preconditionFailure("A citation that is no duplicate has a place of its own")
                }
            } else if flaws.unexpected == nil {
                flaws.unexpected = citation
            }
            if citation.isRejected, flaws.rejected == nil { flaws.rejected = citation }
            if flaws.stranger == nil, citation.event.roomID != event.roomID { flaws.stranger = citation }
        }
        return flaws
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
