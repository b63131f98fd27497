import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// The chains of rooms that real homeservers made, verified from content alone.
@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct RecordedChainTests {
    @Test(arguments: ["rooms-dev.jsonl.gz", "rooms-dev-other-views.jsonl.gz", "rooms-large.jsonl.gz"])
    func `every room verifies from its create event on`(file: String) async throws {
        var verifiedCount = 0
        for room in try RecordedRoom.load(file) {
            let store = MemoryEventStore()
            try await store.save(room.events.map(\.event))
            let graph = AuthGraph(store: store)
            let accepted = room.events.filter { !$0.isRejected && !$0.lacksAuthEvents }.map(\.event)
            let complete = accepted.filter { room.hasWholeChain(of: $0) }
            guard let roomID = complete.first?.roomID else { continue }
            let verdicts = try await graph.verify(complete, in: roomID)
            for event in complete where verdicts[event.id] != .allow {
                // Synapse takes `true` for a level of 1 until v9; the specification takes it for nothing.
                #expect(room.restsOnBooleanLevel(event), "\(event.id)")
            }
            verifiedCount += complete.count
        }
        #expect(verifiedCount > 2_000)
    }

    @Test
    func `what a homeserver rejected for its auth events is denied by its chain`() async throws {
        var deniedCount = 0
        for room in try RecordedRoom.load("rooms-dev.jsonl.gz") {
            let rejected = room.events.filter { $0.isRejected && $0.refusal == .byAuthEvents }.map(\.event)
                .filter { room.hasWholeChain(of: $0) }
            guard let roomID = rejected.first?.roomID else { continue }
            let store = MemoryEventStore()
            try await store.save(room.events.map(\.event))
            let verdicts = try await AuthGraph(store: store).verify(rejected, in: roomID)
            for event in rejected { #expect(verdicts[event.id] == .deny, "\(event.id)") }
            deniedCount += rejected.count
        }
        #expect(deniedCount > 100)
    }
}

extension RecordedRoom {
    /// Whether the room has everything that `event` is authorized by, all of it events of the same room.
    fileprivate func hasWholeChain(of event: Event) -> Bool {
        ancestors(of: event).allSatisfy { $0.map { $0.roomID == event.roomID } ?? false }
    }

    /// Whether `event` or one that it is authorized by is a power levels event with a level of `true` or `false`.
    fileprivate func restsOnBooleanLevel(_ event: Event) -> Bool {
        ([event] + ancestors(of: event).compactMap { $0 }).contains { event in
            event.type == .powerLevels && event.content.contains { $0.value.bool != nil }
        }
    }

    /// Everything that `event` is authorized by, however far; `nil` in place of what the room has not.
    private func ancestors(of event: Event) -> [Event?] {
        var seen = Set(event.citedOrImplied)
        var queue = Array(seen)
        var found: [Event?] = []
        while let id = queue.popLast() {
            let event = self.event(id)
            found.append(event)
            queue += event?.citedOrImplied.filter { seen.insert($0).inserted } ?? []
        }
        return found
    }
}

extension EventStore {
    /// Stores events as accepted, whatever the rules say of them.
    func save(_ events: [Event]) async throws {
        _ = try await save(events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
    }
}
