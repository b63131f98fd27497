import AuthGraph
import MatrixEvents

/// Takes everything and keeps nothing.
struct NoStore: EventStore {
    func load(_ ids: [EventID], outcomesOf known: [EventID]) async throws(EventStoreError) -> LoadedRows {
        LoadedRows()
    }

    func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {}

    func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {}

    func save(_ events: [NewEvent]) async throws(EventStoreError) -> [Bool] { events.map { _ in true } }

    func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError) {}

    func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {}

    func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]? { nil }

    func saveState(_ ids: [EventID], of roomID: RoomID) async throws(EventStoreError) {}

    func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async {}
}
