import EventAuthorization
import MatrixEvents
import Synchronization

/// The events of a room and what cites what, as they are stored: what a replay goes by.
struct StoredRoom: Sendable {
    /// Every event that can be read and decided, in an order in which each comes after those that it cites.
    let chain: AuthChain
    /// Those that the store says were rejected.
    let rejected: Set<EventID>
    /// Those whose content is not their id's, or that cannot be read at all, each with what is wrong with it.
    let corrupt: [(id: EventID, explanation: String)]
    /// Those that cite each other in a circle, and those that cite them.
    let circle: [EventID]
    /// Cited events of other rooms.
    let strangers: [EventID: CitedEvent]
    /// The room's current state; `nil` where the store knows none.
    let state: [EventID]?

    /// Cited events that are not stored.
    var missing: [EventID] { chain.missing }

    /// Bytes that it takes.
    var byteCount: Int {
        let others = 2 * (rejected.count + corrupt.count + circle.count + strangers.count) + (state?.count ?? 0)
        return chain.byteCount + 24 * chain.nodes.count + others * MemoryLayout<EventID>.stride
    }
}

extension AuthGraph {
    /// Reads a whole room once, an event at a time.
    ///
    /// - Throws: `tooLarge` beyond the limit of a walk.
    func storedRoom(_ roomID: RoomID) async throws(AuthGraphError) -> StoredRoom {
        let reading = RoomReading(roomID: roomID, limit: limits.walkEventCount)
        try await streamRoom(roomID) { reading.take($0) }
        let read = try reading.result()
        let state = try await currentState(of: roomID)
        let corrupt = Set(read.corrupt.map(\.id))
        let unresolved = read.builder.unresolved.filter { !corrupt.contains($0) }
        let strangers = try await strangers(among: unresolved, in: roomID)
        let (chain, circle) = read.builder.chainAndCircle(
            in: roomID,
            missing: unresolved.filter { strangers[$0] == nil }
        )
        return StoredRoom(
            chain: chain,
            rejected: read.rejected,
            corrupt: read.corrupt,
            circle: circle,
            strangers: strangers,
            state: state
        )
    }

    /// Hands `receive` every stored event of the room, in any order, until it returns false or the task is cancelled.
    func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(AuthGraphError) {
        let isCancelled = Atomic(false)
        queryCount.add(1, ordering: .relaxed)
        do {
            try await withTaskCancellationHandler {
                try await store.streamRoom(roomID) { stored in
                    !isCancelled.load(ordering: .relaxed) && receive(stored)
                }
            } onCancel: {
                isCancelled.store(true, ordering: .relaxed)
            }
        } catch {
            throw (error as? EventStoreError).map { .store($0) } ?? .ending
        }
        guard !isCancelled.load(ordering: .relaxed) else { throw .ending }
    }

    /// Those of `ids` that are stored as events of other rooms.
    private func strangers(
        among ids: [EventID],
        in roomID: RoomID
    ) async throws(AuthGraphError) -> [EventID: CitedEvent] {
        var strangers: [EventID: CitedEvent] = [:]
        for start in stride(from: 0, to: ids.count, by: Self.lookUpSize) {
            let slice = Array(ids[start..<min(start + Self.lookUpSize, ids.count)])
            let rows: [StoredEvent]
            do throws(EventStoreError) {
                queryCount.add(1, ordering: .relaxed)
                rows = try await store.load(slice)
            } catch {
                throw .store(error)
            }
            for row in rows where row.roomID != roomID {
                // One that cannot be read is as good as missing, and named where its own room is replayed.
                guard let event = try? GraphEvent(reading: row) else { continue }
                strangers[row.id] = event.cited
            }
        }
        return strangers
    }

    private static let lookUpSize = 200
}

/// A room while the store streams it.
private final class RoomReading: Sendable {
    struct Read {
        var builder = ChainBuilder()
        var rejected: Set<EventID> = []
        var corrupt: [(id: EventID, explanation: String)] = []
        var failure: AuthGraphError?
    }

    private let roomID: RoomID
    private let limit: Int
    private let state = Mutex(Read())

    init(roomID: RoomID, limit: Int) {
        self.roomID = roomID
        self.limit = limit
    }

    /// Takes in one more event; false where there is no use in going on.
    func take(_ stored: StoredEvent) -> Bool {
        state.withLock { read in
            if stored.outcome.isRejected { read.rejected.insert(stored.id) }
            do throws(AuthGraphError) {
                let event = try stored.event()
                read.builder.add(stored.id, citing: event.citedOrImplied)
            } catch {
                guard case .corrupt(_, let explanation) = error else {
                    read.failure = error
                    return false
                }
                read.corrupt.append((stored.id, explanation))
            }
            let count = max(read.builder.count, read.builder.citationCount / 10) + read.corrupt.count
            if count > limit { read.failure = .tooLarge(limit: limit) }
            return read.failure == nil
        }
    }

    func result() throws(AuthGraphError) -> Read {
        try state.withLock { (read) throws(AuthGraphError) in
            if let failure = read.failure { throw failure }
            return read
        }
    }
}
