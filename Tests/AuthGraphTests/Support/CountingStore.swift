import AuthGraph
import EventAuthorization
import MatrixEvents
import Synchronization

/// A clock that stands still until it is told to go on.
final class TestClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) {
        instant.withLock { $0 += duration }
    }
}

/// A store in memory that counts queries, and fails where a test wants it to.
final class CountingStore: EventStore {
    private struct State {
        var queryCount = 0
        var chainCount = 0
        var streamCount = 0
        var hangingStream: Int?
        var outcomeCount = 0
        var failure: EventStoreError?
        var rows: [StoredEvent]?
        var rejected: Set<EventID> = []
        var duringLoad: (@Sendable () -> Void)?
        var hangs = false
        var hanging: [CheckedContinuation<Void, Never>] = []
    }

    private let events = MemoryEventStore()
    private let state = Mutex(State())

    /// Queries for single events so far.
    var queryCount: Int { state.withLock(\.queryCount) }
    /// Queries for chains so far.
    var chainCount: Int { state.withLock(\.chainCount) }
    /// Queries for many events by their ids so far.
    var streamCount: Int { state.withLock(\.streamCount) }
    /// Events of which only the outcome was asked for.
    var outcomeCount: Int { state.withLock(\.outcomeCount) }

    var failure: EventStoreError? {
        get { state.withLock(\.failure) }
        set { state.withLock { $0.failure = newValue } }
    }

    /// What every query answers, in place of what was saved.
    var rows: [StoredEvent]? {
        get { state.withLock(\.rows) }
        set { state.withLock { $0.rows = newValue } }
    }

    /// Events that count as rejected whatever was saved.
    var rejected: Set<EventID> {
        get { state.withLock(\.rejected) }
        set { state.withLock { $0.rejected = newValue } }
    }

    /// The query for many events, counted from 1, that gives no answer until whoever asked is cancelled.
    var hangingStream: Int? {
        get { state.withLock(\.hangingStream) }
        set { state.withLock { $0.hangingStream = newValue } }
    }

    /// Whether queries give no answer until ``release()``, whoever is cancelled meanwhile.
    var hangs: Bool {
        get { state.withLock(\.hangs) }
        set { state.withLock { $0.hangs = newValue } }
    }

    /// Lets everything that hangs go on.
    func release() {
        let hanging = state.withLock { state in
            state.hangs = false
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in hanging { continuation.resume() }
    }

    /// Called when a query has read its rows, before they are handed out.
    func duringNextLoad(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.duringLoad = body }
    }

    func load(_ ids: [EventID], outcomesOf known: [EventID]) async throws(EventStoreError) -> LoadedRows {
        state.withLock {
            $0.queryCount += 1
            $0.outcomeCount += known.count
        }
        if let failure { throw failure }
        await hangIfToldSo()
        if let rows { return LoadedRows(events: rows) }
        var found = try await events.load(ids, outcomesOf: known)
        found.events = found.events.map { rejecting($0) }
        found.outcomes = found.outcomes.map { ($0.id, $0.roomID, rejecting($0.outcome, of: $0.id)) }
        state.withLock { state in
            defer { state.duringLoad = nil }
            return state.duringLoad
        }?()
        return found
    }

    func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        state.withLock { $0.chainCount += 1 }
        if let failure { throw failure }
        if let rows {
            for row in rows where !receive(row) { return }
            return
        }
        try await events.streamChain(from: ids, in: roomID) { receive(self.rejecting($0)) }
    }

    func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        let isHanging = state.withLock { state in
            state.streamCount += 1
            return state.streamCount == state.hangingStream
        }
        if let failure { throw failure }
        if isHanging {
            // A stream that nobody feeds ends when its reader is cancelled.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw .unavailable("cancelled")
        }
        try await events.stream(ids, in: roomID) { receive(self.rejecting($0)) }
    }

    func save(_ newEvents: [NewEvent]) async throws(EventStoreError) -> [Bool] {
        if let failure { throw failure }
        return try await events.save(newEvents)
    }

    func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError) {
        if let failure { throw failure }
        try await events.saveChainVerdicts(verdicts, in: roomID)
    }

    func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        if let failure { throw failure }
        try await events.streamRoom(roomID) { receive(self.rejecting($0)) }
    }

    func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]? {
        if let failure { throw failure }
        return try await events.currentState(of: room)
    }

    func saveState(_ ids: [EventID], of roomID: RoomID) async throws(EventStoreError) {
        if let failure { throw failure }
        try await events.saveState(ids, of: roomID)
    }

    func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async {}

    private func hangIfToldSo() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.hangs { state.hanging.append(continuation) }
                return !state.hangs
            }
            if goesOn { continuation.resume() }
        }
    }

    private func rejecting(_ event: StoredEvent) -> StoredEvent {
        StoredEvent(
            id: event.id,
            roomID: event.roomID,
            roomVersion: event.roomVersion,
            pdu: event.pdu,
            outcome: rejecting(event.outcome, of: event.id)
        )
    }

    private func rejecting(_ outcome: StoredOutcome, of id: EventID) -> StoredOutcome {
        StoredOutcome(
            verdict: outcome.verdict,
            rule: outcome.rule,
            isRejected: outcome.isRejected || rejected.contains(id),
            chainVerdict: outcome.chainVerdict
        )
    }
}

extension AuthGraphError? {
    /// The events that the error names as corrupt; `nil` for any other, and for none.
    var corruptIDs: Set<EventID>? { if case .corrupt(let ids, _)? = self { Set(ids) } else { nil } }
}

extension StoredOutcome {
    static let allowed = StoredOutcome(verdict: .allow, rule: "allow.default", isRejected: false)
    static let rejected = StoredOutcome(verdict: .allow, rule: "allow.default", isRejected: true)
}

/// A generator of random numbers that gives the same ones every time.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
