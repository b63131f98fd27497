package import MatrixEvents
import Synchronization

/// Hears that its walk may begin, or why it may not.
typealias WalkWaiter = CheckedContinuation<Result<Void, AuthGraphError>, Never>

extension AuthGraph {
    /// The auth chain of `heads`, events of the room: from memory as far as memory goes, and the rest in one query.
    ///
    /// A complete chain is remembered. Walks take their turn, a few at a time.
    ///
    /// - Throws: `corrupt` for circles, for events of other rooms and for content that does not match its id; `tooLarge`
    ///   beyond the limit of a walk.
    package func chain(of heads: [EventID], in roomID: RoomID) async throws(AuthGraphError) -> AuthChain {
        let key = Set(heads)
        if let chain = chains.withLock({ $0.chain(of: key, in: roomID) }) { return chain }
        try await enterWalk()
        defer { walks.withLock { $0.leave() }?.resume(returning: .success(())) }
        if let chain = chains.withLock({ $0.chain(of: key, in: roomID) }) { return chain }
        let chain = try await walk(from: heads, in: roomID)
        chains.withLock { $0.remember(chain, of: key) }
        return chain
    }

    /// Begins to decide every stored event of the room anew. Rooms are read when it is their walk's turn.
    ///
    /// - Throws: `tooLarge` for a room of more events than a walk may visit.
    package func replay(of roomID: RoomID) async throws(AuthGraphError) -> RoomReplay {
        try await enterWalk()
        defer { walks.withLock { $0.leave() }?.resume(returning: .success(())) }
        // The id may be a part of a request, which is not to be kept in memory.
        return RoomReplay(try await storedRoom(roomID.detached()), in: self)
    }

    private func walk(from heads: [EventID], in roomID: RoomID) async throws(AuthGraphError) -> AuthChain {
        let inMemory = try walkMemory(from: heads, in: roomID)
        var builder = inMemory.builder
        if !inMemory.unknown.isEmpty {
            builder = try await walkStore(builder, from: inMemory.unknown, in: roomID)
        }
        // In an order of their own: in which one they come depends on what memory held.
        let unresolved = builder.unresolved.sorted { $0.precedes($1) }
        try await checkAreOfNoRoom(unresolved, but: roomID)
        return try builder.chain(in: roomID, missing: unresolved)
    }

    /// Walks as far as memory goes.
    ///
    /// - Returns: what was found, and the ids at which memory ends.
    private func walkMemory(
        from heads: [EventID],
        in roomID: RoomID
    ) throws(AuthGraphError) -> (builder: ChainBuilder, unknown: [EventID]) {
        var builder = ChainBuilder()
        builder.want(heads)
        var seen: Set<EventID> = []
        var queue = heads.filter { seen.insert($0).inserted }
        var unknown: [EventID] = []
        var next = 0
        while next < queue.count {
            // A few at a time, so that nobody waits long for the lock. A slice of the queue's own would have it copied
            // whenever it grows, which in a deep chain is at every turn.
            let slice = Array(queue[next..<min(next + Self.sliceSize, queue.count)])
            next += slice.count
            let entries = rooms.withLock { rooms in slice.map { rooms.entry($0, in: roomID)?.citations } }
            for (id, citations) in zip(slice, entries) {
                guard let citations else {
                    unknown.append(id)
                    continue
                }
                queue += builder.add(id, citing: citations).filter { seen.insert($0).inserted }
            }
            try check(builder)
        }
        return (builder, unknown)
    }

    /// Goes on where memory ends.
    private func walkStore(
        _ builder: ChainBuilder,
        from ids: [EventID],
        in roomID: RoomID
    ) async throws(AuthGraphError) -> ChainBuilder {
        let walk = StoreWalk(builder)
        let read = reads.withLock { $0.begin() }
        let readAt = now()
        queryCount.add(1, ordering: .relaxed)
        do {
            try await withTaskCancellationHandler {
                try await store.streamChain(from: ids, in: roomID) { stored in
                    walk.take { builder throws(AuthGraphError) in
                        let event = try GraphEvent(reading: stored)
                        self.remember(event, readAt: readAt)
                        builder.add(stored.id, citing: event.whole?.citedOrImplied ?? [])
                        try self.check(builder)
                    }
                }
            } onCancel: {
                walk.cancel()
            }
        } catch {
            _ = reads.withLock { $0.end(read) }
            throw (error as? EventStoreError).map { .store($0) } ?? .ending
        }
        forget(reads.withLock { $0.end(read) })
        return try walk.result()
    }

    /// An event cites ten others at most, where its format was checked.
    private func check(_ builder: ChainBuilder) throws(AuthGraphError) {
        guard builder.count <= limits.walkEventCount, builder.citationCount / 10 <= limits.walkEventCount else {
            throw .tooLarge(limit: limits.walkEventCount)
        }
    }

    /// Makes sure that `ids`, which the room has not, are missing, and not events of another room.
    private func checkAreOfNoRoom(_ ids: [EventID], but roomID: RoomID) async throws(AuthGraphError) {
        let found = try await load(EventNeeds(cited: ids))
        // One of the room that came meanwhile was missing when its turn was.
        let strangers = ids.filter { id in found[id].map { !$0.contains { $0.event.roomID == roomID } } ?? false }
        guard strangers.isEmpty else {
            throw .corrupt(strangers, explanation: "the chain leads to events of another room")
        }
    }

    private func enterWalk() async throws(AuthGraphError) {
        let ticket = walks.withLock { $0.makeTicket() }
        let entry = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: WalkWaiter) in
                switch walks.withLock({ $0.enter(waiter, ticket: ticket) }) {
                case .open: waiter.resume(returning: .success(()))
                case .full: waiter.resume(returning: .failure(.overloaded))
                case .waiting: if Task.isCancelled { giveUpWalk(ticket) }
                }
            }
        } onCancel: {
            giveUpWalk(ticket)
        }
        try entry.get()
    }

    private func giveUpWalk(_ ticket: Int) {
        walks.withLock { $0.giveUp(ticket) }?.resume(returning: .failure(.ending))
    }

    private static let sliceSize = 256
}

/// A chain while the store streams it.
private final class StoreWalk: Sendable {
    private struct State {
        var builder: ChainBuilder
        var failure: AuthGraphError?
    }

    private let state: Mutex<State>

    init(_ builder: ChainBuilder) {
        state = Mutex(State(builder: builder))
    }

    /// Takes in one more event; false where there is no use in going on.
    func take(_ add: (inout ChainBuilder) throws(AuthGraphError) -> Void) -> Bool {
        state.withLock { state in
            guard state.failure == nil else { return false }
            do throws(AuthGraphError) {
                try add(&state.builder)
                return true
            } catch {
                state.failure = error
                return false
            }
        }
    }

    func cancel() {
        state.withLock { $0.failure = $0.failure ?? .ending }
    }

    func result() throws(AuthGraphError) -> ChainBuilder {
        try state.withLock { (state) throws(AuthGraphError) in
            if let failure = state.failure { throw failure }
            return state.builder
        }
    }
}
