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
    /// - and that the current state itself would allow, so that nothing in it explains why L was lost.
    ///
    /// State resolution may choose so for a reason that has passed since; it is a suspicion, and no more.
    func resets(in history: StateHistory, of room: StoredRoom) async throws(AuthGraphError) -> [ReplayFinding] {
        let later = history.later(limit: suspectLimit)
        guard !later.isEmpty else { return [] }
        let allowed = try await allowedByCurrentState(later.map(\.entry.place), history, room)
        let suspects = later.filter { allowed[$0.entry.place] != nil }
        guard !suspects.isEmpty else { return [] }
        let past = try await past(of: room)
        var findings: [ReplayFinding] = []
        var named: Set<StateKey> = []
        var budget = visitLimit
        for (key, current, entry) in suspects.reversed() where !named.contains(key) {
            guard past.hasAcceptedChild(entry.place) else { continue }
            if let current {
                guard past.leads(from: entry.place, to: current.entry.place, room.chain, &budget) else { continue }
            }
            named.insert(key)
            findings.append(.reset(to: current?.id, from: room.chain.nodes[entry.place], at: key, allowed[entry.place]))
        }
        return findings.reversed()
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
            let state = try await self.events(keys.compactMap { history.current[$0]?.id }, of: room)
            for place in page {
                guard let event = events[room.chain.nodes[place]] else { continue }
                let decision = Authorization.decide(event, in: ProtocolState(for: event, history, state))
                if decision.verdict == .allow { allowed[place] = decision }
            }
        }
        return allowed
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
        let past = Mutex(RoomPast(count: room.chain.nodes.count))
        try await streamRoom(room.chain.roomID) { stored in
            guard let place = places[stored.id], let event = try? stored.event() else { return true }
            let previous = event.prevEvents.compactMap { places[$0] }
            past.withLock { $0.add(Int(place), previous: previous, isAccepted: !stored.outcome.isRejected) }
            return true
        }
        return past.withLock { $0 }
    }
}

/// How many places of the state are looked at more closely.
private let suspectLimit = 2_000
/// How many events are read together.
private let pageSize = 200
/// How many events all searches through a room's past may visit.
private let visitLimit = 20_000_000

/// Which events came right before which.
private struct RoomPast: Sendable {
    private var previous: [[UInt32]]
    private var hasAcceptedChild: [Bool]

    init(count: Int) {
        previous = Array(repeating: [], count: count)
        hasAcceptedChild = Array(repeating: false, count: count)
    }

    mutating func add(_ place: Int, previous ids: [UInt32], isAccepted: Bool) {
        previous[place] = ids
        guard isAccepted else { return }
        for id in ids { hasAcceptedChild[Int(id)] = true }
    }

    func hasAcceptedChild(_ place: Int) -> Bool { hasAcceptedChild[place] }

    /// Whether the previous and auth events of the one at `start` lead back to the one at `goal`, as far as `budget` goes.
    func leads(from start: Int, to goal: Int, _ chain: AuthChain, _ budget: inout Int) -> Bool {
        var seen = Set([UInt32(start)])
        var queue = [UInt32(start)]
        while let place = queue.popLast() {
            if place == goal { return true }
            budget -= 1
            guard budget > 0 else { return false }
            for other in previous[Int(place)] + chain.citations(of: Int(place)) where seen.insert(other).inserted {
                queue.append(other)
            }
        }
        return false
    }
}

extension ProtocolState {
    /// The part of the current state that decides `event`.
    fileprivate init(for event: Event, _ history: StateHistory, _ events: [EventID: Event]) {
        self.init()
        for (key, slot) in AuthEventSelection(for: event).entries {
            guard let current = history.current[key], let entry = events[current.id] else { continue }
            guard place(AuthEvent(entry), in: slot) else { preconditionFailure("A selection names no place twice") }
        }
        // Also where no event cites it.
        if create == nil { create = history.current[StateKey(.create)].flatMap { events[$0.id] }.map { AuthEvent($0) } }
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
