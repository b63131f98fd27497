package import MatrixEvents
import Synchronization

/// Keeps events in memory, for as long as the process lives.
package final class MemoryEventStore: EventStore {
    private let events = Mutex<[EventID: [StoredEvent]]>([:])

    package init() {}

    package func load(_ ids: [EventID]) async throws(EventStoreError) -> [StoredEvent] {
        events.withLock { events in Set(ids).flatMap { events[$0] ?? [] } }
    }

    package func save(_ newEvents: [NewEvent]) async throws(EventStoreError) -> [Bool] {
        events.withLock { events in
            newEvents.map { new in
                let id = new.event.id
                let isKnown = events[id]?.contains { $0.roomID == new.event.roomID } ?? false
                if !isKnown { events[id, default: []].append(StoredEvent(new)) }
                return !isKnown
            }
        }
    }
}

extension StoredEvent {
    fileprivate init(_ new: NewEvent) {
        self.init(
            id: new.event.id,
            roomID: new.event.roomID,
            roomVersion: new.event.roomVersion,
            pdu: new.pdu,
            outcome: new.outcome
        )
    }
}
