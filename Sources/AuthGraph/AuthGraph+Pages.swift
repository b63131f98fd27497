package import MatrixEvents
import Synchronization

/// Stored events of a room, as many at a time as so many bytes allow.
extension AuthGraph {
    /// The stored events of the room with `ids`, by id, in one query.
    ///
    /// - Parameter byteLimit: bytes of PDUs. The event that goes beyond it is the last one; those after it are left out.
    package func rows(
        _ ids: [EventID],
        in roomID: RoomID,
        byteLimit: Int
    ) async throws(AuthGraphError) -> [EventID: StoredEvent] {
        try await page(of: ids, in: roomID, byteLimit, into: [:]) { rows, row in
            rows[row.id] = row
            return true
        }
    }

    /// The first of the room's stored events with `ids`, in that order: as many as a page may have bytes, and one at least.
    ///
    /// - Throws: `missing` where the first is not stored.
    func wholeEvents(_ ids: [EventID], in roomID: RoomID) async throws(AuthGraphError) -> [Event] {
        let limit = ChainVerification.pageByteLimit
        let events: [Event] = try await page(of: ids, in: roomID, limit, into: []) {
            (events, row) throws(AuthGraphError) in
            guard events.count < ids.count, ids[events.count] == row.id else { return false }
            events.append(try row.event())
            return true
        }
        // Those beyond the bytes of a page come with the next one; the first does not, unless it is not stored.
        guard !events.isEmpty else { throw .missing(Array(ids.prefix(1))) }
        return events
    }

    /// What `take` makes of the stored events with `ids`, one after the other, in one query.
    ///
    /// - Parameter take: tells whether it took the event in; with the first that it does not, the page ends.
    private func page<Collected: Sendable>(
        of ids: [EventID],
        in roomID: RoomID,
        _ byteLimit: Int,
        into nothing: Collected,
        _ take: @escaping @Sendable (inout Collected, StoredEvent) throws(AuthGraphError) -> Bool
    ) async throws(AuthGraphError) -> Collected {
        let page = PageCollector(nothing, byteLimit: byteLimit)
        queryCount.add(1, ordering: .relaxed)
        do throws(EventStoreError) {
            try await store.stream(ids, in: roomID) { page.add($0, take) }
        } catch {
            throw .store(error)
        }
        return try page.result()
    }
}

/// What is made of events as a store streams them, up to so many bytes.
private final class PageCollector<Collected: Sendable>: Sendable {
    private struct State {
        var collected: Collected
        var bytesLeft: Int
        var failure: AuthGraphError?
    }

    private let state: Mutex<State>

    init(_ nothing: Collected, byteLimit: Int) {
        state = Mutex(State(collected: nothing, bytesLeft: byteLimit))
    }

    func result() throws(AuthGraphError) -> Collected {
        try state.withLock { (state) throws(AuthGraphError) in
            if let failure = state.failure { throw failure }
            return state.collected
        }
    }

    /// Takes in one more row; false where no other is wanted.
    func add(
        _ row: StoredEvent,
        _ take: (inout Collected, StoredEvent) throws(AuthGraphError) -> Bool
    ) -> Bool {
        state.withLock { state in
            do throws(AuthGraphError) {
                guard try take(&state.collected, row) else { return false }
            } catch {
                state.failure = error
                return false
            }
            state.bytesLeft -= row.pdu.count
            return state.bytesLeft > 0
        }
    }
}
