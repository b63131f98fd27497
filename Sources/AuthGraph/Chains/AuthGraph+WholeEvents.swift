import MatrixEvents
import Synchronization

extension AuthGraph {
    /// The first of the room's stored events with `ids`, in that order: as many as a page may have bytes, and one at least.
    ///
    /// - Throws: `missing` where the first is not stored.
    func wholeEvents(_ ids: [EventID], in roomID: RoomID) async throws(AuthGraphError) -> [Event] {
        let page = EventCollector(ids, byteLimit: ChainVerification.pageByteLimit)
        queryCount.add(1, ordering: .relaxed)
        do throws(EventStoreError) {
            try await store.stream(ids, in: roomID) { page.add($0) }
        } catch {
            throw .store(error)
        }
        let events = try page.events()
        // Those beyond the bytes of a page come with the next one; the first does not, unless it is not stored.
        guard !events.isEmpty else { throw .missing(Array(ids.prefix(1))) }
        return events
    }
}

/// Reads events as a store streams them, in the order asked for: up to the first that is not stored, or so many bytes.
private final class EventCollector: Sendable {
    private struct State {
        var events: [Event] = []
        var bytesLeft: Int
        var failure: AuthGraphError?
    }

    private let ids: [EventID]
    private let state: Mutex<State>

    init(_ ids: [EventID], byteLimit: Int) {
        self.ids = ids
        state = Mutex(State(bytesLeft: byteLimit))
    }

    func events() throws(AuthGraphError) -> [Event] {
        try state.withLock { (state) throws(AuthGraphError) in
            if let failure = state.failure { throw failure }
            return state.events
        }
    }

    /// Takes in one more row; false where no other is wanted.
    func add(_ row: StoredEvent) -> Bool {
        state.withLock { state in
            guard state.events.count < ids.count, ids[state.events.count] == row.id else { return false }
            do throws(AuthGraphError) {
                state.events.append(try row.event())
            } catch {
                state.failure = error
                return false
            }
            state.bytesLeft -= row.pdu.count
            return state.bytesLeft > 0
        }
    }
}
