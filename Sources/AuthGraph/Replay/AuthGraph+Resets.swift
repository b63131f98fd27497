import EventAuthorization
import MatrixEvents
import Synchronization

extension AuthGraph {
    /// Places at which the current state is suspected to have fallen back (a state reset).
    ///
    /// That is where the state has an event E, or none, though there is an event L for the same place
    /// - that the store and the rules accept,
    /// - that came after E: E is among what L's previous and auth events lead back to,
    /// - that the room went on from: an accepted event has it among its previous events, which nobody makes of an event that
    ///   was refused softly,
    /// - that the current state itself would allow,
    /// - and that no accepted event made beside it speaks against: none would deny it, put in the place of what it cites.
    ///
    /// Where the state has events that cannot be had, nothing is said of places that may be theirs, nor of what such places
    /// would decide.
    ///
    /// Of events that say of themselves that they came later, those are looked at that come last in the room's order.
    ///
    /// So nothing that the store has explains why L was lost. It is a suspicion, and no more: several events together may have
    /// spoken against it.
    ///
    /// - Returns: the findings, and how many other places there are of which not all was looked at.
    func resets(
        in history: StateHistory,
        of room: StoredRoom
    ) async throws(AuthGraphError) -> (findings: [ReplayFinding], unexaminedCount: Int) {
        let (later, more) = history.later(limit: limits.replaySuspectCount)
        guard !later.isEmpty else { return ([], 0) }
        let allowed = try await allowedByCurrentState(later.map(\.entry.place), history, room)
        let suspects = later.filter { allowed[$0.entry.place] != nil }
        guard !suspects.isEmpty else { return ([], more.count) }
        var past = try await past(of: room)
        var findings: [ReplayFinding] = []
        var unexamined = more
        var named: Set<StateKey> = []
        for suspect in suspects where !named.contains(suspect.key) {
            let place = suspect.entry.place
            guard past.hasAcceptedChild(place), let decision = allowed[place] else { continue }
            guard let wasLost = try await wasLost(suspect, history, room, &past) else {
                unexamined.insert(suspect.key)
                continue
            }
            guard wasLost else { continue }
            named.insert(suspect.key)
            findings.append(.reset(to: suspect.current?.id, from: room.chain.nodes[place], at: suspect.key, decision))
        }
        return (findings.reversed(), unexamined.subtracting(named).count)
    }

    /// Whether the event came after what the current state has in its place, and no event made beside it speaks against it;
    /// `nil` where too much of the room's past would have to be searched for that.
    private func wasLost(
        _ suspect: StateHistory.Later,
        _ history: StateHistory,
        _ room: StoredRoom,
        _ past: inout RoomPast
    ) async throws(AuthGraphError) -> Bool? {
        let place = suspect.entry.place
        if let current = suspect.current {
            guard let comesAfter = past.leads(from: place, to: current.entry.place) else { return nil }
            guard comesAfter else { return false }
        }
        return try await isSpokenAgainst(place, history, room, &past).map { !$0 }
    }

    /// Which of the events at `places` the current state allows, and why.
    private func allowedByCurrentState(
        _ places: [Int],
        _ history: StateHistory,
        _ room: StoredRoom
    ) async throws(AuthGraphError) -> [Int: Decision] {
        var allowed: [Int: Decision] = [:]
        for start in stride(from: 0, to: places.count, by: pageSize) {
            let page = Array(places[start..<min(start + pageSize, places.count)])
            let events = try await events(page.map { room.chain.nodes[$0] }, of: room)
            var keys = Set(events.values.flatMap { AuthEventSelection(for: $0).entries.map(\.key) })
            keys.insert(StateKey(.create))
            let ids = keys.compactMap { history.current[$0]?.id }
            let state = try await self.events(ids, of: room).values.map { AuthEvent($0) }
            for place in page {
                guard let event = events[room.chain.nodes[place]] else { continue }
                let decidedBy = AuthEventSelection(for: event).entries.map(\.key)
                guard history.isWhole || decidedBy.allSatisfy({ history.current[$0] != nil }) else { continue }
                let decision = Authorization.decide(event, in: ProtocolState(for: event, among: state))
                if decision.verdict == .allow { allowed[place] = decision }
            }
        }
        return allowed
    }

    /// Whether an accepted event that was made beside the one at `place` would deny it, put in the place of what it cites;
    /// `nil` where too much of the room's past would have to be searched for that.
    private func isSpokenAgainst(
        _ place: Int,
        _ history: StateHistory,
        _ room: StoredRoom,
        _ past: inout RoomPast
    ) async throws(AuthGraphError) -> Bool? {
        let id = room.chain.nodes[place]
        guard let event = try await events([id], of: room)[id] else { return false }
        guard let before = past.ancestors(of: place) else { return nil }
        var beside: [Int] = []
        for key in AuthEventSelection(for: event).entries.map(\.key) {
            for other in history.accepted(at: key) where other != place && !before.contains(UInt32(other)) {
                guard let comesAfter = past.leads(from: other, to: place) else { return nil }
                if !comesAfter { beside.append(other) }
            }
        }
        if beside.isEmpty { return false }
        let others = try await events(beside.prefix(besideLimit).map { room.chain.nodes[$0] }, of: room)
        let cited = try await events(room.chain.citations(of: place).map { room.chain.nodes[Int($0)] }, of: room)
        return others.values.contains { other in
            let state = [AuthEvent(other)] + cited.values.map { AuthEvent($0) }
            return Authorization.decide(event, in: ProtocolState(for: event, among: state)).verdict == .deny
        }
    }

    private func events(_ ids: [EventID], of room: StoredRoom) async throws(AuthGraphError) -> [EventID: Event] {
        var events: [EventID: Event] = [:]
        var rest = ids[...]
        while !rest.isEmpty {
            let page = try await wholeEvents(Array(rest), in: room.chain.roomID)
            for event in page { events[event.id] = try event.asCovered() }
            rest = rest.dropFirst(page.count)
        }
        return events
    }

    /// Reads the room once more for the order in which its events came.
    private func past(of room: StoredRoom) async throws(AuthGraphError) -> RoomPast {
        let places = Dictionary(room.chain.nodes.enumerated().map { ($1, UInt32($0)) }) { first, _ in first }
        let past = Mutex(RoomPast(of: room.chain, visitLimit: limits.replayVisitCount))
        try await streamRoom(room.chain.roomID) { stored in
            guard let place = places[stored.id], let event = try? stored.event() else { return true }
            let previous = event.prevEvents.compactMap { places[$0] }
            past.withLock { $0.add(Int(place), previous: previous, isAccepted: !stored.outcome.isRejected) }
            return true
        }
        return past.withLock { $0 }
    }
}

/// How many events are read together.
private let pageSize = 200
/// How many events made beside another one are looked at.
private let besideLimit = 100

/// Which events came before which, by what they name as previous events and by what they cite.
private struct RoomPast: Sendable {
    private let chain: AuthChain
    private var previous: [[UInt32]]
    private var hasAcceptedChild: [Bool]
    /// How many events searches may visit yet, all together. What would take more is not known.
    private var budget: Int

    init(of chain: AuthChain, visitLimit: Int) {
        self.chain = chain
        budget = visitLimit
        previous = Array(repeating: [], count: chain.nodes.count)
        hasAcceptedChild = Array(repeating: false, count: chain.nodes.count)
    }

    mutating func add(_ place: Int, previous ids: [UInt32], isAccepted: Bool) {
        previous[place] = ids
        guard isAccepted else { return }
        for id in ids { hasAcceptedChild[Int(id)] = true }
    }

    func hasAcceptedChild(_ place: Int) -> Bool { hasAcceptedChild[place] }

    /// Whether the event at `goal` is among what the one at `start` leads back to; `nil` where that would take too much.
    mutating func leads(from start: Int, to goal: Int) -> Bool? {
        ancestors(of: start, until: goal)?.contains(UInt32(goal))
    }

    /// The events that the one at `start` leads back to, and itself; no more of them once `goal` is among them. `nil` where
    /// that would take too much.
    mutating func ancestors(of start: Int, until goal: Int? = nil) -> Set<UInt32>? {
        var seen = Set([UInt32(start)])
        var queue = [UInt32(start)]
        while let place = queue.popLast(), Int(place) != goal {
            budget -= 1
            guard budget > 0 else { return nil }
            for other in previous[Int(place)] + chain.citations(of: Int(place)) where seen.insert(other).inserted {
                queue.append(other)
            }
        }
        return seen
    }
}

extension ProtocolState {
    /// What decides `event`, of each place the first of `events` that stands there.
    fileprivate init(for event: Event, among events: [AuthEvent]) {
        self.init()
        for (key, slot) in AuthEventSelection(for: event).entries {
            guard let entry = events.first(where: { $0.stateKeyPair == key }) else { continue }
            guard place(entry, in: slot) else { preconditionFailure("A selection names no place twice") }
        }
        // Also where no event cites it.
        if create == nil { create = events.first { $0.stateKeyPair == StateKey(.create) } }
    }
}

extension ReplayFinding {
    fileprivate static func reset(
        to current: EventID?,
        from lost: EventID,
        at key: StateKey,
        _ decision: Decision?
    ) -> ReplayFinding {
        ReplayFinding(
            .stateReset,
            current ?? lost,
            key: key,
            decision: decision,
            related: [lost],
            detail: current == nil
                ? "the current state has nothing in its place, and nothing in the current state speaks against it"
                : "the current state has it, though \(lost) came after it and nothing in the current state speaks against that"
        )
    }
}
