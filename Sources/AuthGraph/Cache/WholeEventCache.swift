import CanonicalJSON
import MatrixEvents

/// Whole events in memory within a byte budget, for those who ask for events themselves and not for what cites them: a
/// map, and a queue in which a hand looks for the next one to go.
///
/// The queue is SIEVE's: events that were asked for again since the hand last passed stay, so a scan over many events
/// leaves the hot ones alone. Events never change.
struct WholeEventCache {
    /// A v1 or v2 id is chosen by its sender, so it means something only within its room.
    struct Key: Hashable {
        let id: EventID
        let roomID: RoomID?

        /// `nil` for an event whose sender chose an id that looks like a hash: it must not stand for the event that has
        /// that hash.
        init?(of event: Event) {
            guard !(event.id.isHash && event.roomVersion.format.carriesID) else { return nil }
            self.init(event.id, in: event.roomID)
        }

        /// `nil` where an id alone names no event.
        init?(_ id: EventID, in roomID: RoomID?) {
            guard id.isHash || roomID != nil else { return nil }
            self.id = id
            self.roomID = id.isHash ? nil : roomID
        }
    }

    private struct Entry {
        let key: Key
        let event: Event
        var wasAskedFor: Bool
        /// Towards the younger and the older neighbour in the queue.
        var younger: Int?
        var older: Int?
    }

    private let byteLimit: Int
    private(set) var byteCount = 0
    private var hitCount = 0
    private var missCount = 0
    private var evictionCount = 0
    private var indices: [Key: Int] = [:]
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var youngest: Int?
    private var oldest: Int?
    private var hand: Int?

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    var count: Int { indices.count }

    var statistics: CacheStatistics {
        CacheStatistics(
            eventCount: count,
            byteCount: byteCount,
            hitCount: hitCount,
            missCount: missCount,
            evictionCount: evictionCount
        )
    }

    /// The event under `key`.
    mutating func event(_ key: Key) -> Event? {
        guard let index = indices[key], let entry = entries[index] else {
            missCount += 1
            return nil
        }
        hitCount += 1
        if !entry.wasAskedFor { entries[index]?.wasAskedFor = true }
        return entry.event
    }

    /// Keeps `event`, where there is nothing under `key` yet.
    mutating func insert(_ event: Event, under key: Key) {
        guard indices[key] == nil, event.byteCount <= byteLimit else { return }
        let index = free.popLast() ?? entries.count
        var entry = Entry(key: key, event: event, wasAskedFor: false)
        entry.older = youngest
        if index == entries.count { entries.append(entry) } else { entries[index] = entry }
        if let youngest { entries[youngest]?.younger = index }
        youngest = index
        if oldest == nil { oldest = index }
        indices[key] = index
        byteCount += event.byteCount
        while byteCount > byteLimit { evictOne(sparing: index) }
    }

    /// Removes the first event under the hand that was not asked for since the hand last passed.
    private mutating func evictOne(sparing newcomer: Int) {
        while let index = hand ?? oldest, let entry = entries[index] {
            guard entry.wasAskedFor || index == newcomer else {
                hand = entry.younger
                evictionCount += 1
                return remove(index)
            }
            entries[index]?.wasAskedFor = false
            hand = entry.younger
        }
    }

    private mutating func remove(_ index: Int) {
        guard let entry = entries[index] else { return }
        if hand == index { hand = entry.younger }
        if let younger = entry.younger { entries[younger]?.older = entry.older } else { youngest = entry.older }
        if let older = entry.older { entries[older]?.younger = entry.younger } else { oldest = entry.younger }
        indices[entry.key] = nil
        entries[index] = nil
        free.append(index)
        byteCount -= entry.event.byteCount
    }
}

extension Event {
    /// Bytes that the event takes in memory, near enough for a budget.
    var byteCount: Int { json.value.documentByteCount + Self.overhead }

    /// The event's fields and its place in the cache.
    private static let overhead = 512
}
