package import MatrixEvents
import Synchronization

/// Keeps events in memory, for as long as the process lives.
package final class MemoryEventStore: EventStore {
    private struct Key: Hashable {
        let id: EventID
        let roomID: RoomID
    }

    private struct State {
        var events: [EventID: [StoredEvent]] = [:]
        /// What each event cites, its room's create event included where the room's id names it.
        var cited: [Key: [EventID]] = [:]
        /// The events of each room, in the order in which they came.
        var ofRoom: [RoomID: [EventID]] = [:]
        /// The current state of rooms, as far as anyone told.
        var roomStates: [RoomID: [EventID]] = [:]

        func event(_ id: EventID, in roomID: RoomID) -> StoredEvent? {
            events[id]?.first { $0.roomID == roomID }
        }
    }

    private let state = Mutex(State())

    package init() {}

    package func load(
        _ ids: [EventID],
        outcomesOf known: [EventID]
    ) async throws(EventStoreError) -> LoadedRows {
        state.withLock { state in
            LoadedRows(
                events: Set(ids).flatMap { state.events[$0] ?? [] },
                outcomes: Set(known).flatMap { state.events[$0] ?? [] }.map { ($0.id, $0.roomID, $0.outcome) }
            )
        }
    }

    package func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        let chain = state.withLock { state in
            var seen = Set(ids)
            var chain = ids
            var next = 0
            while next < chain.count {
                let cited = state.cited[Key(id: chain[next], roomID: roomID)] ?? []
                chain += cited.filter { seen.insert($0).inserted }
                next += 1
            }
            return chain
        }
        try await stream(chain, in: roomID, receive)
    }

    package func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        for id in ids {
            let event = state.withLock { $0.event(id, in: roomID) }
            if let event, !receive(event) { return }
        }
    }

    package func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        try await stream(state.withLock { $0.ofRoom[roomID] ?? [] }, in: roomID, receive)
    }

    package func save(_ newEvents: [NewEvent]) async throws(EventStoreError) -> [Bool] {
        state.withLock { state in
            newEvents.map { new in
                let (id, roomID) = (new.event.id, new.event.roomID)
                guard state.event(id, in: roomID) == nil else { return false }
                state.events[id, default: []].append(StoredEvent(new))
                state.ofRoom[roomID, default: []].append(id)
                state.cited[Key(id: id, roomID: roomID)] = new.event.citedOrImplied
                return true
            }
        }
    }

    /// Keeps rows as they are, in place of what their rooms have under their ids, and whatever they hold.
    package func keep(_ rows: [StoredEvent]) {
        state.withLock { state in
            for row in rows {
                let key = Key(id: row.id, roomID: row.roomID)
                if state.event(row.id, in: row.roomID) == nil { state.ofRoom[row.roomID, default: []].append(row.id) }
                state.events[row.id, default: []].removeAll { $0.roomID == row.roomID }
                state.events[row.id, default: []].append(row)
                state.cited[key] = (try? row.event())?.citedOrImplied ?? []
            }
        }
    }

    /// The rooms of which there are events, in no order.
    package var roomIDs: [RoomID] { state.withLock { Array($0.ofRoom.keys) } }

    package func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError) {
        state.withLock { state in
            for (id, verdict) in verdicts {
                state.events[id] = state.events[id]?.map { stored in
                    guard stored.roomID == roomID, stored.outcome.chainVerdict == nil else { return stored }
                    return stored.with(stored.outcome.with(verdict))
                }
            }
        }
    }

    package func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]? {
        state.withLock { $0.roomStates[room] }
    }

    package func saveState(_ ids: [EventID], of roomID: RoomID) async throws(EventStoreError) {
        state.withLock { $0.roomStates[roomID] = ids }
    }

    /// Nobody else can change what one process holds.
    package func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async {}
}

extension StoredEvent {
    fileprivate init(_ new: NewEvent) {
        self.init(
            id: new.event.id,
            roomID: new.event.roomID,
            roomVersion: new.event.roomVersion,
            pdu: new.pdu,
            outcome: new.outcome
        )
    }

    fileprivate func with(_ outcome: StoredOutcome) -> StoredEvent {
        StoredEvent(id: id, roomID: roomID, roomVersion: roomVersion, pdu: pdu, outcome: outcome)
    }
}

extension StoredOutcome {
    fileprivate func with(_ chainVerdict: ChainVerdict) -> StoredOutcome {
        StoredOutcome(verdict: verdict, rule: rule, isRejected: isRejected, chainVerdict: chainVerdict)
    }
}
