import AuthGraph
import MatrixEvents
import Synchronization

/// A store in memory that counts what it is asked, and fails or hangs where a test wants it to.
final class ScriptedStore: EventStore {
    enum Mood {
        case well
        case failing(EventStoreError)
        /// Gives no answer until ``release()``, whoever is cancelled meanwhile.
        case hanging
    }

    private struct State {
        var mood = Mood.well
        var loads: [[EventID]] = []
        var saveCount = 0
        var streamCount = 0
        var altered: [EventID: [StoredEvent]] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// What keeps the events, and counts nothing.
    let events = MemoryEventStore()
    private let state = Mutex(State())

    var mood: Mood {
        get { state.withLock(\.mood) }
        set { state.withLock { $0.mood = newValue } }
    }

    /// The ids of every query so far.
    var loads: [[EventID]] { state.withLock(\.loads) }
    var saveCount: Int { state.withLock(\.saveCount) }
    /// Queries for chains and for many events so far.
    var streamCount: Int { state.withLock(\.streamCount) }

    /// Counts from nothing again.
    func forgetCounts() {
        state.withLock { state in
            state.loads = []
            state.saveCount = 0
            state.streamCount = 0
        }
    }

    /// From now on `rows` are what is stored under `id`.
    func alter(_ id: EventID, to rows: [StoredEvent]) {
        state.withLock { $0.altered[id] = rows }
    }

    /// Lets everything that hangs go on.
    func release() {
        let waiting = state.withLock { state in
            state.mood = .well
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func load(_ ids: [EventID], outcomesOf known: [EventID]) async throws(EventStoreError) -> LoadedRows {
        state.withLock { $0.loads.append(ids + known) }
        try await obeyMood()
        let altered = state.withLock(\.altered)
        var rows = try await events.load(ids.filter { altered[$0] == nil }, outcomesOf: known)
        rows.events += ids.flatMap { altered[$0] ?? [] }
        return rows
    }

    func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        state.withLock { $0.streamCount += 1 }
        try await obeyMood()
        try await events.streamChain(from: ids, in: roomID, receive)
    }

    func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        state.withLock { $0.streamCount += 1 }
        try await obeyMood()
        try await events.stream(ids, in: roomID, receive)
    }

    func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        state.withLock { $0.streamCount += 1 }
        try await obeyMood()
        try await events.streamRoom(roomID, receive)
    }

    func save(_ newEvents: [NewEvent]) async throws(EventStoreError) -> [Bool] {
        state.withLock { $0.saveCount += 1 }
        try await obeyMood()
        return try await events.save(newEvents)
    }

    func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError) {
        try await obeyMood()
        try await events.saveChainVerdicts(verdicts, in: roomID)
    }

    func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]? {
        try await obeyMood()
        return try await events.currentState(of: room)
    }

    func saveState(_ ids: [EventID], of roomID: RoomID) async throws(EventStoreError) {
        try await obeyMood()
        try await events.saveState(ids, of: roomID)
    }

    func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async {}

    private func obeyMood() async throws(EventStoreError) {
        switch mood {
        case .well: return
        case .failing(let error): throw error
        case .hanging:
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard case .hanging = state.mood else { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        }
    }
}
