import EventAuthorization
package import MatrixEvents
import Synchronization

/// The auth events of all rooms: in memory as far as a byte budget goes, and otherwise in the store.
package final class AuthGraph: Sendable {
    private let store: any EventStore
    private let cache: Mutex<EventCache>
    private let flagLifetime: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - cacheByteLimit: bytes of events in memory.
    ///   - flagLifetime: how long an event's being rejected or not is believed before it is read again.
    package init(
        store: any EventStore,
        cacheByteLimit: Int = 256 << 20,
        flagLifetime: Duration = .seconds(5),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.flagLifetime = flagLifetime
        self.now = now
        cache = Mutex(EventCache(byteLimit: cacheByteLimit))
    }

    /// The event under `id` in memory. In room versions 1 and 2 an id means something only together with its room.
    package func event(_ id: EventID, in roomID: RoomID?) -> GraphEvent? {
        guard let key = EventCache.Key(id, in: roomID) else { return nil }
        let now = now()
        return cache.withLock { $0.event(key, at: now) }
    }

    /// Loads `ids` from the store, in one query, and remembers what it finds.
    ///
    /// - Returns: the events by id; in room versions 1 and 2 there may be one a room. Ids that are not stored are absent.
    package func load(_ ids: [EventID]) async throws(AuthGraphError) -> [EventID: [GraphEvent]] {
        let rows: [StoredEvent]
        do {
            rows = try await store.load(ids)
        } catch {
            throw .store(error)
        }
        var events: [EventID: [GraphEvent]] = [:]
        for row in rows { events[row.id, default: []].append(try row.read()) }
        remember(events.values.flatMap { $0 })
        return events
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
