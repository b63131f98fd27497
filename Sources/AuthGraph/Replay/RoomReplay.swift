import EventAuthorization
package import MatrixEvents

/// Decides every stored event of a room anew, in the order of citations and a page at a time, and compares that with what
/// the store says of it. In the end the current state is held against what was found.
///
/// ```swift
/// var replay = try await graph.replay(of: roomID)
/// while let page = try await replay.nextPage() { … }
/// let conclusion = try await replay.conclusion()
/// ```
/// Each event is decided by the events that it cites, which count as rejected where they were denied themselves a moment
/// ago, whatever the store says of them: so a wrong flag is told of once, and not again for everything that rests on it. Only
/// of events that cannot be decided, since something that they cite is missing, the store's word is taken.
package struct RoomReplay: Sendable {
    private let graph: AuthGraph
    private let room: StoredRoom
    private var decisions: ChainDecisions
    private var next = 0
    private var history: StateHistory?
    /// Accepted events that cite what counts as rejected.
    private var citingRejected: [EventID: CitingEvents] = [:]
    /// Events that cite what is missing.
    private var citingMissing: [EventID: CitingEvents] = [:]
    /// The version of the room's events.
    package private(set) var roomVersion: RoomVersion?
    package private(set) var tally = ReplayTally()

    init(_ room: StoredRoom, in graph: AuthGraph) {
        self.graph = graph
        self.room = room
        decisions = ChainDecisions(room.chain, known: Array(repeating: nil, count: room.chain.nodes.count))
        history = room.state.map { StateHistory(current: $0) }
    }

    package var roomID: RoomID { room.chain.roomID }

    /// How many events were decided, and how many there are.
    package var progress: (done: Int, total: Int) { (next, room.chain.nodes.count) }

    /// A few bits of all ids, by which one process knows the room that another one has replayed.
    package var fingerprint: UInt64 { room.chain.fingerprint }

    /// Whether the store has no event of the room.
    package var isEmpty: Bool { room.chain.nodes.isEmpty && room.corrupt.isEmpty && room.circle.isEmpty }

    /// Bytes that it takes, about.
    package var byteCount: Int {
        let cited = citingRejected.count + citingMissing.count
        return room.byteCount * 2 + decisions.heldByteCount + (history?.byteCount ?? 0) + cited * CitingEvents.byteCount
    }

    /// Where the event stands in the order; `nil` where the room has no such event.
    package func position(of id: EventID) -> Int? { room.chain.nodes.firstIndex(of: id) }

    /// Decides some more events; `nil` when there are none left.
    ///
    /// - Parameter limit: how many events to decide at most.
    package mutating func nextPage(limit: Int = .max) async throws(AuthGraphError) -> [ReplayedEvent]? {
        let nodes = room.chain.nodes
        guard next < nodes.count else { return nil }
        let count = max(1, min(limit, ChainVerification.pageSize, nodes.count - next))
        let events = try await graph.wholeEvents(Array(nodes[next..<next + count]), in: roomID)
        var replayed: [ReplayedEvent] = []
        replayed.reserveCapacity(events.count)
        for (place, stored) in zip(next..., events) { replayed.append(try replay(stored, at: place)) }
        next += events.count
        return replayed
    }

    private mutating func replay(_ stored: Event, at place: Int) throws(AuthGraphError) -> ReplayedEvent {
        let event = try stored.asCovered()
        let wasRejected = room.rejected.contains(event.id)
        let cited = event.citedOrImplied
        roomVersion = roomVersion ?? event.roomVersion
        if !wasRejected { noteRejected(among: cited, citedBy: event.id) }
        let decision: Decision?
        if isWhole(cited, at: place) {
            decision = decisions.decide(event, at: place, strangers: room.strangers)
        } else {
            noteMissing(among: cited, citedBy: event.id, at: place)
            decision = nil
        }
        let verdict = decision?.verdict ?? (wasRejected ? .deny : .allow)
        decisions.take(event, at: place, as: verdict)
        history?.take(event, at: place, isAccepted: verdict == .allow && !wasRejected, decision)
        let finding = finding(of: event, decision, wasRejected: wasRejected, isPruned: event !== stored)
        tally.count(decision, wasRejected: wasRejected, isPruned: event !== stored)
        return ReplayedEvent(
            id: event.id,
            roomVersion: event.roomVersion,
            decision: decision,
            wasRejected: wasRejected,
            finding: finding
        )
    }

    private func finding(
        of event: Event,
        _ decision: Decision?,
        wasRejected: Bool,
        isPruned: Bool
    ) -> ReplayFinding? {
        guard let decision, (decision.verdict == .deny) != wasRejected else { return nil }
        let kind: ReplayFinding.Kind = wasRejected ? .rejectedButAllowed : .acceptedButDenied
        let claim = wasRejected ? "counts as rejected, and its references allow it" : "counts as accepted"
        return ReplayFinding(
            kind,
            event.id,
            key: event.stateKeyPair,
            decision: decision,
            isPruned: isPruned,
            detail: "\(claim): \(decision.reason)"
        )
    }

    /// Whether all that an event cites is at hand.
    private func isWhole(_ cited: [EventID], at place: Int) -> Bool {
        let found = room.chain.citations(of: place)
        // Each citation that was found has a place, as often as it is cited.
        return found.count + cited.count { room.strangers[$0] != nil } == cited.count
    }

    private mutating func noteMissing(among cited: [EventID], citedBy id: EventID, at place: Int) {
        let found = Set(room.chain.citations(of: place).map { room.chain.nodes[Int($0)] })
        for missing in Set(cited) where !found.contains(missing) && room.strangers[missing] == nil {
            citingMissing[missing, default: CitingEvents()].add(id)
        }
    }

    private mutating func noteRejected(among cited: [EventID], citedBy id: EventID) {
        if room.rejected.isEmpty { return }
        for rejected in Set(cited) where room.rejected.contains(rejected) {
            citingRejected[rejected, default: CitingEvents()].add(id)
        }
    }

    // MARK: The room as a whole

    /// What there is to say of the room as a whole, once every event is decided.
    ///
    /// - Parameter limit: how many findings of a kind are named; ``RoomConclusion/counts`` has them all.
    package func conclusion(limit: Int = 1_000) async throws(AuthGraphError) -> RoomConclusion {
        precondition(next == room.chain.nodes.count, "A room is concluded once all of it is decided")
        var conclusion = RoomConclusion(stateCount: room.state?.count, limit: limit)
        for (id, explanation) in room.corrupt {
            conclusion.add(ReplayFinding(.contentMismatch, id, detail: explanation))
        }
        for id in room.circle {
            conclusion.add(ReplayFinding(.circle, id, detail: "it is part of a circle of citations, or rests on one"))
        }
        for id in room.missing + room.corrupt.map(\.id) {
            guard let citing = citingMissing[id] else { continue }
            conclusion.add(ReplayFinding(.referenceMissing, id, citing, detail: "it cannot be had, and is cited"))
        }
        for id in room.chain.nodes {
            guard let citing = citingRejected[id] else { continue }
            let detail = "it counts as rejected, and events that count as accepted cite it"
            conclusion.add(ReplayFinding(.rejectedCited, id, citing, detail: detail))
        }
        guard let history, let state = room.state else { return conclusion }
        let (unreadable, circle) = (Set(room.corrupt.map(\.id)), Set(room.circle))
        for id in state where !history.hasMet(id) {
            let claim =
                unreadable.contains(id)
                ? "it is stored, but cannot be read"
                : circle.contains(id) ? "it is stored, but cannot be decided" : "it is not stored"
            conclusion.add(ReplayFinding(.stateMissing, id, detail: "the current state has it, and \(claim)"))
        }
        for finding in history.neverAllowed(rejected: room.rejected) { conclusion.add(finding) }
        let (resets, unexaminedCount) = try await graph.resets(in: history, of: room)
        for finding in resets { conclusion.add(finding) }
        conclusion.unexaminedCount = unexaminedCount
        return conclusion
    }
}

/// Events that cite another one: how many, and the first few.
private struct CitingEvents: Sendable {
    private(set) var count = 0
    private(set) var first: [EventID] = []

    /// Bytes that those of one event take, about.
    static let byteCount = HeapSize.ofArray(of: EventID.self, count: ReplayFinding.relatedLimit) + 150

    mutating func add(_ id: EventID) {
        count += 1
        if first.count < ReplayFinding.relatedLimit { first.append(id) }
    }
}

extension ReplayFinding {
    fileprivate init(_ kind: Kind, _ id: EventID, _ citing: CitingEvents, detail: String) {
        self.init(kind, id, related: citing.first, relatedCount: citing.count, detail: detail)
    }
}
