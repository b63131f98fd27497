import EventAuthorization
import EventTestSupport
import MatrixEvents

@testable import AuthGraph

/// All that a replay had to say.
struct ReplayResult {
    private(set) var findings: [ReplayFinding] = []
    private(set) var firstDenied: EventID?
    let tally: ReplayTally
    let stateCount: Int?
    let unexaminedCount: Int

    init(of roomID: RoomID, in graph: AuthGraph, pageSize: Int = .max) async throws {
        var replay = try await graph.replay(of: roomID)
        while let page = try await replay.nextPage(limit: pageSize) {
            findings += page.compactMap(\.finding)
            firstDenied = firstDenied ?? page.first { $0.decision?.verdict == .deny }?.id
        }
        let conclusion = try await replay.conclusion()
        findings += conclusion.findings
        tally = replay.tally
        stateCount = conclusion.stateCount
        unexaminedCount = conclusion.unexaminedCount
    }

    func findings(_ kind: ReplayFinding.Kind) -> [ReplayFinding] {
        findings.filter { $0.kind == kind }
    }
}

/// Replays `room` as a store has it.
///
/// - Parameters:
///   - with: events that are stored beside the room's.
///   - without: events that are not stored.
///   - rejected: events that the store says were rejected.
///   - state: the current state; that of the room where it is `nil`.
func replay(
    _ room: TestRoom,
    with others: [Event] = [],
    without missing: Set<EventID> = [],
    rejected: Set<EventID> = [],
    state: [EventID]? = nil,
    pageSize: Int = .max,
    limits: AuthGraphLimits = AuthGraphLimits()
) async throws -> ReplayResult {
    let store = MemoryEventStore()
    let events = (room.events + others).filter { !missing.contains($0.id) }
    _ = try await store.save(
        events.map { NewEvent($0, pdu: $0.pdu, outcome: rejected.contains($0.id) ? .rejected : .allowed) }
    )
    try await store.saveState(state ?? room.state.values.map(\.id), of: room.id)
    return try await ReplayResult(of: room.id, in: AuthGraph(store: store, limits: limits), pageSize: pageSize)
}
