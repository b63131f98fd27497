package import MatrixEvents
import Synchronization

/// Hears the answer to a load; `nil` where it is to ask the store itself.
typealias LoadWaiter = CheckedContinuation<LoadAnswer?, Never>

extension AuthGraph {
    /// Loads what `needs` names from the store and remembers what it finds. While ``run()`` runs, what others are loading
    /// at the same time is loaded once for all, and a caller that is cancelled does not wait for the store.
    ///
    /// - Returns: the events by id; in room versions 1 and 2 there may be one a room. Ids that are not stored are absent.
    package func load(_ needs: EventNeeds) async throws(AuthGraphError) -> [EventID: [GraphEvent]] {
        if needs.cited.isEmpty, needs.whole.isEmpty { return [:] }
        let ticket = loads.withLock { $0.makeTicket() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let now = now()
                switch loads.withLock({ $0.enqueue(needs, for: waiter, ticket, at: now) }) {
                case .notServed: waiter.resume(returning: nil)
                case .full: waiter.resume(returning: .failure(.overloaded))
                case .waiting:
                    wakeUp.continuation.yield()
                    // Cancelled before it stood in the queue: the cancellation handler did not find it.
                    if Task.isCancelled { giveUp(ticket) }
                }
            }
        } onCancel: {
            giveUp(ticket)
        }
        if let answer { return try answer.get() }
        return try await loadAlone(needs)
    }

    /// Carries out what callers of ``load(_:)`` ask for, and listens to what the store has to tell, until it is cancelled.
    package func run() async {
        loads.withLock { $0.open() }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.store.watchOutcomes { self.outcomesChanged($0) } }
            group.addTask { await self.sendLateOnesAway() }
            for await _ in wakeUp.stream {
                while let query = startQuery() {
                    group.addTask { await self.carryOut(query) }
                }
            }
            group.cancelAll()
        }
        for waiter in loads.withLock({ $0.close() }) { waiter.resume(returning: .failure(.ending)) }
    }

    private func startQuery() -> LoadQuery? {
        let now = now()
        return loads.withLock { $0.startQuery(at: now) }
    }

    private func carryOut(_ query: LoadQuery) async {
        let answers = await answers(to: query)
        let finished = loads.withLock { $0.finish(query, answers) }
        for (waiter, answer) in finished { waiter.resume(returning: answer) }
        wakeUp.continuation.yield()
    }

    /// A query may hang for longer than those who share it are to wait.
    private func sendLateOnesAway() async {
        let interval = min(limits.loadTime / 8, .milliseconds(250))
        while (try? await Task.sleep(for: interval)) != nil {
            let start = now() - limits.loadTime
            for waiter in loads.withLock({ $0.giveUpAll(since: start) }) {
                waiter.resume(returning: .failure(.store(.unavailable("the store is too slow"))))
            }
            // What hung is asked for anew where somebody still waits for it.
            wakeUp.continuation.yield()
        }
    }

    private func giveUp(_ ticket: LoadQueue<LoadWaiter>.Ticket) {
        loads.withLock { $0.giveUp(ticket) }?.resume(returning: .failure(.ending))
    }

    /// Asks the store for one caller alone.
    private func loadAlone(_ needs: EventNeeds) async throws(AuthGraphError) -> [EventID: [GraphEvent]] {
        let ids = Set(needs.cited + needs.whole)
        var query = LoadQuery(number: 0, ids: Array(ids), whole: Set(needs.whole), rooms: [:])
        if let roomID = needs.roomID { for id in ids { query.rooms[id] = roomID } }
        let answers = await answers(to: query)
        var events: [EventID: [GraphEvent]] = [:]
        for id in ids {
            let found = try answers(id).get()
            if !found.isEmpty { events[id] = found }
        }
        return events
    }

    /// Asks the store once for all that `query` names; each id has an answer of its own.
    private func answers(
        to query: LoadQuery
    ) async -> @Sendable (EventID) -> Result<[GraphEvent], AuthGraphError> {
        let known = eventsInMemory(for: query)
        let read = reads.withLock { $0.begin() }
        let readAt = now()
        let rows: LoadedRows
        do {
            queryCount.add(1, ordering: .relaxed)
            rows = try await store.load(query.ids.filter { known[$0] == nil }, outcomesOf: Array(known.keys))
        } catch {
            _ = reads.withLock { $0.end(read) }
            return { _ in .failure(.store(error)) }
        }
        let answers = take(rows, known: known, whole: query.whole, readAt: readAt)
        forget(reads.withLock { $0.end(read) })
        return { answers[$0] ?? .success([]) }
    }

    /// Of the events that are wanted only as others cite them: those that memory holds, so that their outcome will do.
    private func eventsInMemory(for query: LoadQuery) -> [EventID: AuthEvent] {
        rooms.withLock { rooms in
            var known: [EventID: AuthEvent] = [:]
            for id in query.ids where id.isHash && !query.whole.contains(id) {
                known[id] = query.rooms[id].flatMap { rooms.entry(id, in: $0)?.event }
            }
            return known
        }
    }

    /// Reads the rows that a query gave, and keeps what they say in memory.
    private func take(
        _ rows: LoadedRows,
        known: [EventID: AuthEvent],
        whole: Set<EventID>,
        readAt: ContinuousClock.Instant
    ) -> [EventID: Result<[GraphEvent], AuthGraphError>] {
        var answers: [EventID: Result<[GraphEvent], AuthGraphError>] = [:]
        for row in rows.events {
            answers[row.id] = Result { () throws(AuthGraphError) in
                let event = try GraphEvent(reading: row)
                remember(event, readAt: readAt)
                if whole.contains(row.id) { rememberWhole(event) }
                return try (answers[row.id]?.get() ?? []) + [event]
            }
        }
        for row in rows.outcomes {
            guard let event = known[row.id], event.roomID == row.roomID else { continue }
            answers[row.id] = .success([GraphEvent(known: event, outcome: row.outcome)])
            rooms.withLock { $0.update(row.id, in: row.roomID, row.outcome, readAt: readAt) }
        }
        for (id, event) in known where answers[id] == nil { rooms.withLock { $0.remove(id, in: event.roomID) } }
        return answers
    }

    private func rememberWhole(_ event: GraphEvent) {
        guard let whole = event.whole, let key = WholeEventCache.Key(of: whole) else { return }
        wholeEvents.withLock { $0.insert(whole, under: key) }
    }
}

extension AuthGraphError {
    /// Nobody waits any more, or nobody carries out loads.
    static let ending = AuthGraphError.store(.unavailable("the call or the service is ending"))
}
