import EventAuthorization
package import MatrixEvents
import Synchronization

/// The auth events of all rooms: in memory as far as a byte budget goes, and otherwise in the store.
package final class AuthGraph: Sendable {
    private let store: any EventStore
    private let cache: Mutex<EventCache>
    private let flagLifetime: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let loads: Mutex<LoadQueue<Waiter>>
    /// Tells ``run()`` that something is to be loaded.
    private let wakeUp = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Hears the answer to a load; `nil` where it is to ask the store itself.
    private typealias Waiter = CheckedContinuation<LoadAnswer?, Never>

    /// - Parameters:
    ///   - cacheByteLimit: bytes of events in memory.
    ///   - flagLifetime: how long an event's being rejected or not is believed before it is read again.
    ///   - queryLimit: how many queries may run at the same time.
    package init(
        store: any EventStore,
        cacheByteLimit: Int = 256 << 20,
        flagLifetime: Duration = .seconds(5),
        queryLimit: Int = 4,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.flagLifetime = flagLifetime
        self.now = now
        cache = Mutex(EventCache(byteLimit: cacheByteLimit))
        loads = Mutex(LoadQueue(queryLimit: queryLimit))
    }

    /// The event under `id` in memory. In room versions 1 and 2 an id means something only together with its room.
    package func event(_ id: EventID, in roomID: RoomID?) -> GraphEvent? {
        guard let key = EventCache.Key(id, in: roomID) else { return nil }
        let now = now()
        return cache.withLock { $0.event(key, at: now) }
    }

    /// Loads `ids` from the store and remembers what it finds. While ``run()`` runs, what others are loading at the same
    /// time is loaded once for all, and a caller that is cancelled does not wait for the store.
    ///
    /// - Returns: the events by id; in room versions 1 and 2 there may be one a room. Ids that are not stored are absent.
    package func load(_ ids: [EventID]) async throws(AuthGraphError) -> [EventID: [GraphEvent]] {
        if ids.isEmpty { return [:] }
        let ids = Set(ids)
        let ticket = loads.withLock { $0.makeTicket() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                guard loads.withLock({ $0.enqueue(ids, for: waiter, ticket) }) else {
                    return waiter.resume(returning: nil)
                }
                wakeUp.continuation.yield()
                // Cancelled before it stood in the queue: the cancellation handler did not find it.
                if Task.isCancelled { giveUp(ticket) }
            }
        } onCancel: {
            giveUp(ticket)
        }
        if let answer { return try answer.get() }
        let answers = await query(Array(ids))
        var events: [EventID: [GraphEvent]] = [:]
        for id in ids {
            let found = try answers(id).get()
            if !found.isEmpty { events[id] = found }
        }
        return events
    }

    /// Carries out what callers of ``load(_:)`` ask for, until it is cancelled.
    package func run() async {
        loads.withLock { $0.open() }
        await withDiscardingTaskGroup { group in
            for await _ in wakeUp.stream {
                while let ids = loads.withLock({ $0.startQuery() }) {
                    group.addTask { await self.carryOut(ids) }
                }
            }
        }
        for waiter in loads.withLock({ $0.close() }) { waiter.resume(returning: .failure(.ending)) }
    }

    private func carryOut(_ ids: [EventID]) async {
        let answers = await query(ids)
        let finished = loads.withLock { $0.finishQuery(for: ids, answers) }
        for (waiter, answer) in finished { waiter.resume(returning: answer) }
        wakeUp.continuation.yield()
    }

    private func giveUp(_ ticket: LoadQueue<Waiter>.Ticket) {
        loads.withLock { $0.giveUp(ticket) }?.resume(returning: .failure(.ending))
    }

    /// Asks the store once for all of `ids`; each has an answer of its own.
    private func query(_ ids: [EventID]) async -> (EventID) -> Result<[GraphEvent], AuthGraphError> {
        let rows: [StoredEvent]
        do {
            rows = try await store.load(ids)
        } catch {
            return { _ in .failure(.store(error)) }
        }
        var answers: [EventID: Result<[GraphEvent], AuthGraphError>] = [:]
        for row in rows {
            answers[row.id] = Result { () throws(AuthGraphError) in
                try (answers[row.id]?.get() ?? []) + [try row.read()]
            }
        }
        remember(answers.values.flatMap { (try? $0.get()) ?? [] })
        return { answers[$0] ?? .success([]) }
    }

    /// Stores all of `events` or none.
    ///
    /// - Returns: for each event, in order, whether it was new.
    package func save(_ events: [NewEvent]) async throws(AuthGraphError) -> [Bool] {
        do {
            let areNew = try await store.save(events)
            remember(zip(events, areNew).filter(\.1).map { GraphEvent($0.0.event, outcome: $0.0.outcome) })
            return areNew
        } catch {
            throw .store(error)
        }
    }

    private func remember(_ events: [GraphEvent]) {
        let expiry = now() + flagLifetime
        cache.withLock { cache in
            for event in events {
                guard let key = EventCache.Key(event.event.id, in: event.event.roomID) else { continue }
                cache.insert(event, under: key, until: expiry)
            }
        }
    }

    /// Events in memory, and the bytes that they take.
    package var cacheSize: (count: Int, byteCount: Int) {
        cache.withLock { ($0.count, $0.byteCount) }
    }
}

extension AuthGraphError {
    /// Nobody waits any more, or nobody carries out loads.
    fileprivate static let ending = AuthGraphError.store(.unavailable("the call or the service is ending"))
}

extension StoredEvent {
    /// The event that the stored bytes hold, made sure that it is the one under this id.
    fileprivate func read() throws(AuthGraphError) -> GraphEvent {
        let event: Event
        do {
            event = try Event(parsing: pdu, roomVersion: roomVersion)
        } catch {
            throw .corrupt([id], explanation: "the stored event \(id) cannot be read: \(error)")
        }
        guard event.id == id else {
            throw .corrupt([id], explanation: "the event stored under \(id) has the id \(event.id)")
        }
        guard event.roomID == roomID else {
            throw .corrupt([id], explanation: "the event \(id), stored for \(roomID), is of room \(event.roomID)")
        }
        return GraphEvent(event, outcome: outcome)
    }
}
