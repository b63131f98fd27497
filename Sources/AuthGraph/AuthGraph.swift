package import EventAuthorization
package import MatrixEvents
import Synchronization

/// The auth events of all rooms: in memory as far as a byte budget goes, and otherwise in the store.
///
/// What others see of an event is kept for ever; whether it counts as rejected is believed for a while, and no longer
/// than until the store tells of a change.
package final class AuthGraph: Sendable {
    let store: any EventStore
    let limits: AuthGraphLimits
    let now: @Sendable () -> ContinuousClock.Instant
    let rooms: Mutex<RoomCache>
    let wholeEvents: Mutex<WholeEventCache>
    let chains: Mutex<ChainMemory>
    /// Replays that may go on.
    let replays: Mutex<ReplayMemory>
    let reads = Mutex(RunningReads())
    let loads: Mutex<LoadQueue<LoadWaiter>>
    let walks: Mutex<WalkGate<WalkWaiter>>
    let queryCount = Atomic<Int>(0)
    /// Tells ``run()`` that something is to be loaded.
    let wakeUp = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    package init(
        store: any EventStore,
        limits: AuthGraphLimits = AuthGraphLimits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.limits = limits
        self.now = now
        let clock = FlagClock(start: now(), lifetime: limits.flagLifetime)
        rooms = Mutex(RoomCache(byteLimit: limits.cacheByteCount / 4 * 3, clock: clock))
        wholeEvents = Mutex(WholeEventCache(byteLimit: limits.cacheByteCount / 8))
        chains = Mutex(ChainMemory(byteLimit: limits.cacheByteCount / 8))
        replays = Mutex(ReplayMemory(byteLimit: 128 << 20, lifetime: limits.flagLifetime))
        loads = Mutex(LoadQueue(queryLimit: limits.queryCount, waiterLimit: limits.waiterCount))
        walks = Mutex(WalkGate(walkLimit: limits.walkCount, waiterLimit: limits.walkWaiterCount))
    }

    /// What memory holds of the events with `ids` in the room, as others cite them; `nil` for those that are not in
    /// memory, or of which it is not known any more whether they count as rejected. One short lock for all of them.
    package func cited(_ ids: [EventID], in roomID: RoomID) -> [CitedEvent?] {
        if ids.isEmpty { return [] }
        let now = now()
        return rooms.withLock { $0.cited(ids, in: roomID, at: now) }
    }

    /// The event under `id` in memory, whole. In room versions 1 and 2 an id means something only together with its room.
    package func event(_ id: EventID, in roomID: RoomID?) -> Event? {
        guard let key = WholeEventCache.Key(id, in: roomID) else { return nil }
        return wholeEvents.withLock { $0.event(key) }
    }

    /// What the event under `id` cites, where memory knows it.
    package func citations(of id: EventID, in roomID: RoomID) -> [EventID]? {
        rooms.withLock { $0.entry(id, in: roomID)?.citations }
    }

    /// The ids of the events that are the room's current state, as the store knows it now: nothing of this is remembered.
    ///
    /// - Returns: `nil` where the store knows no state of the room.
    package func currentState(of room: RoomID) async throws(AuthGraphError) -> [EventID]? {
        queryCount.add(1, ordering: .relaxed)
        do throws(EventStoreError) {
            return try await store.currentState(of: room)
        } catch {
            throw .store(error)
        }
    }

    /// Stores all of `events` or none.
    ///
    /// - Returns: for each event, in order, whether it was new.
    package func save(_ events: [NewEvent]) async throws(AuthGraphError) -> [Bool] {
        let read = reads.withLock { $0.begin() }
        let readAt = now()
        let areNew: [Bool]
        do {
            areNew = try await store.save(events)
        } catch {
            _ = reads.withLock { $0.end(read) }
            throw .store(error)
        }
        for (new, isNew) in zip(events, areNew) where isNew {
            // One that cannot be kept in memory is told of when it is read.
            if let event = try? GraphEvent(new.event, outcome: new.outcome) { remember(event, readAt: readAt) }
        }
        forget(reads.withLock { $0.end(read) })
        return areNew
    }

    /// Keeps the current state of the room, as the ids of its events, all of them stored.
    package func saveState(_ ids: [EventID], of roomID: RoomID) async throws(AuthGraphError) {
        do throws(EventStoreError) {
            try await store.saveState(ids, of: roomID)
        } catch {
            throw .store(error)
        }
    }

    /// Keeps what others see of `event`, if it is one that others may cite.
    func remember(_ event: GraphEvent, readAt: ContinuousClock.Instant) {
        guard let whole = event.whole, whole.stateKey != nil else { return }
        rooms.withLock {
            $0.insert(event.event, citing: whole.citedOrImplied, event.outcome, readAt: readAt)
        }
    }

    /// Takes notice of a change in the store.
    func outcomesChanged(_ change: OutcomeChange) {
        reads.withLock { $0.note(change) }
        forget(change)
    }

    func forget(_ change: OutcomeChange) {
        switch change {
        case .of(let ids):
            if ids.isEmpty { return }
            let now = now()
            rooms.withLock { $0.forgetFlags(of: ids, at: now) }
        case .unseen:
            let now = now()
            rooms.withLock { $0.forgetAllFlags(at: now) }
        }
    }

    /// What there is in memory, and how it came there.
    package var statistics: AuthGraphStatistics {
        let (walks, walkBytes) = chains.withLock { ($0.count, $0.byteCount) }
        let whole = wholeEvents.withLock(\.statistics)
        let waiterCount = loads.withLock(\.waiterCount)
        let (cited, roomCount) = rooms.withLock { ($0.statistics, $0.roomCount) }
        return AuthGraphStatistics(
            cited: cited,
            whole: whole,
            roomCount: roomCount,
            walkCount: walks,
            walkByteCount: walkBytes,
            queryCount: queryCount.load(ordering: .relaxed),
            waiterCount: waiterCount
        )
    }
}

/// How much the graph may keep, ask for and wait.
package struct AuthGraphLimits: Sendable {
    /// Bytes of events in memory.
    package var cacheByteCount = 256 << 20
    /// How long an event's being rejected or not is believed before it is read again.
    package var flagLifetime: Duration = .seconds(5)
    /// Queries for single events that may run at the same time.
    package var queryCount = 4
    /// How long a query that several callers share may take before they are told that the store is too slow.
    package var loadTime: Duration = .seconds(2)
    /// Callers that may wait for the store.
    package var waiterCount = 10_000
    /// Events that one walk may visit. While it runs, each takes 250 bytes or so beside the cache.
    package var walkEventCount = 500_000
    /// Events that may have been lost from a room's current state which the end of its replay looks at more closely.
    package var replaySuspectCount = 1_000
    /// Events that all searches through a room's past may visit, in the end of its replay.
    package var replayVisitCount = 20_000_000
    /// Walks that may run at the same time.
    package var walkCount = 2
    /// Callers that may wait for their walk to begin.
    package var walkWaiterCount = 64
    /// Whether verdicts of whole chains are kept in the store.
    package var savesChainVerdicts = true

    package init() {}
}
