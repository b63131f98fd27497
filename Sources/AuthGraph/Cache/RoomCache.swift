import EventAuthorization
import MatrixEvents

/// Auth events in memory, room by room, within a byte budget.
///
/// When the budget is used up, a hand goes round over all events and takes out those that nobody asked for since it
/// last passed. New ones have not been asked for, so a walk over many rooms leaves the hot events alone. Events never
/// change; what was decided of them can, and is believed only so long.
struct RoomCache {
    /// Look-ups under one lock: some milliseconds.
    private static let searchLimit = 100_000

    private let byteLimit: Int
    private(set) var byteCount = 0
    private(set) var eventCount = 0
    private(set) var evictionCount = 0
    private var hitCount = 0
    private var missCount = 0
    private var clock: FlagClock
    private var rooms: [RoomEvents?] = []
    private var numbers: [RoomID: Int] = [:]
    private var free: [Int] = []
    private var hand: (room: Int, ordinal: UInt32) = (0, 0)

    init(byteLimit: Int, clock: FlagClock) {
        self.byteLimit = byteLimit
        self.clock = clock
    }

    var roomCount: Int { numbers.count }

    var statistics: CacheStatistics {
        CacheStatistics(
            eventCount: eventCount,
            byteCount: byteCount,
            hitCount: hitCount,
            missCount: missCount,
            evictionCount: evictionCount
        )
    }

    // MARK: Looking up

    /// The events with `ids` in the room, with whether they count as rejected. Absent are those that are not in memory
    /// and those of which that is not known any more.
    mutating func cited(_ ids: [EventID], in roomID: RoomID, at now: ContinuousClock.Instant) -> [CitedEvent?] {
        guard let number = numbers[roomID] else {
            missCount += ids.count
            return ids.map { _ in nil }
        }
        let now = clock.tick(now)
        return ids.map { [clock] id in
            guard let event = rooms[number]?.use(id, where: { clock.isCurrent($0, at: now) }) else {
                missCount += 1
                return nil
            }
            hitCount += 1
            return event
        }
    }

    /// What is in memory under `id` in the room, however old what was decided of it is.
    mutating func entry(_ id: EventID, in roomID: RoomID) -> (event: AuthEvent, citations: [EventID])? {
        numbers[roomID].flatMap { rooms[$0]?.useEntry(id) }
    }

    /// What the whole chain says of the event, where that is known.
    func chainVerdict(of id: EventID, in roomID: RoomID) -> Decision.Verdict? {
        guard let number = numbers[roomID], let ordinal = rooms[number]?.ordinal(of: id) else { return nil }
        return rooms[number]?[ordinal].chainVerdict
    }

    // MARK: Keeping

    /// Keeps `event`, and what the store said of it at `readAt`.
    mutating func insert(
        _ event: AuthEvent,
        citing citations: [EventID],
        _ outcome: StoredOutcome,
        readAt: ContinuousClock.Instant?
    ) {
        let number = number(of: event.roomID)
        change(number) { [clock] room in
            let known = room.ordinal(of: event.id).flatMap { room[$0].event == nil ? nil : $0 }
            let ordinal = known ?? room.insert(event, citing: citations)
            room[ordinal].update(outcome, readAt: readAt.map { clock.tick($0) } ?? .never)
        }
        evict(sparing: (number, event.id))
    }

    /// Takes in what the store said at `readAt` of an event in memory.
    mutating func update(
        _ id: EventID,
        in roomID: RoomID,
        _ outcome: StoredOutcome,
        readAt: ContinuousClock.Instant?
    ) {
        guard let number = numbers[roomID], let ordinal = rooms[number]?.ordinal(of: id) else { return }
        rooms[number]?[ordinal].update(outcome, readAt: readAt.map { clock.tick($0) } ?? .never)
    }

    /// Remembers what the whole chain says of an event in memory.
    mutating func remember(_ verdict: Decision.Verdict, of id: EventID, in roomID: RoomID) {
        guard let number = numbers[roomID], let ordinal = rooms[number]?.ordinal(of: id) else { return }
        rooms[number]?[ordinal].flags.insert(verdict == .allow ? .chainAllows : .chainDenies)
    }

    /// From `now` on it is not known whether these count as rejected. Where they are too many to be looked for in every
    /// room, under a lock that others wait for, it is not known of any event.
    mutating func forgetFlags(of ids: [EventID], at now: ContinuousClock.Instant) {
        guard ids.count * rooms.count <= Self.searchLimit else { return forgetAllFlags(at: now) }
        for number in rooms.indices {
            for id in ids {
                guard let ordinal = rooms[number]?.ordinal(of: id) else { continue }
                rooms[number]?[ordinal].readAt = .never
            }
        }
    }

    /// From `now` on it is not known of any event whether it counts as rejected.
    mutating func forgetAllFlags(at now: ContinuousClock.Instant) {
        clock.forgetAll(at: clock.tick(now))
    }

    /// Takes out an event that is not stored any more.
    mutating func remove(_ id: EventID, in roomID: RoomID) {
        guard let number = numbers[roomID], let ordinal = rooms[number]?.ordinal(of: id) else { return }
        change(number) { $0.remove(ordinal) }
        dropIfEmpty(number)
    }

    private mutating func number(of roomID: RoomID) -> Int {
        if let number = numbers[roomID] { return number }
        let room = RoomEvents(roomID)
        let number = free.popLast() ?? rooms.count
        if number == rooms.count { rooms.append(room) } else { rooms[number] = room }
        numbers[room.roomID] = number
        byteCount += room.byteCount
        return number
    }

    /// Changes a room, and counts what that makes of the totals.
    private mutating func change(_ number: Int, _ body: (inout RoomEvents) -> Void) {
        guard var room = rooms[number].take() else { return }
        byteCount -= room.byteCount
        eventCount -= room.eventCount
        body(&room)
        byteCount += room.byteCount
        eventCount += room.eventCount
        rooms[number] = room
    }

    private mutating func dropIfEmpty(_ number: Int) {
        guard rooms[number]?.usedCount == 0, let room = rooms[number].take() else { return }
        byteCount -= room.byteCount
        numbers[room.roomID] = nil
        free.append(number)
    }

    // MARK: The hand

    /// Takes events out until the rest keeps within the budget. Once round takes everybody's mark, so that the second
    /// time there is somebody to take out, if not the newcomer alone.
    private mutating func evict(sparing newcomer: (room: Int, id: EventID)) {
        var rounds = 0
        while byteCount > byteLimit, rounds < 3 {
            if hand.room >= rooms.count {
                hand = (0, 0)
                rounds += 1
            } else if let slot = slotUnderHand {
                pass(slot, sparing: newcomer)
            } else {
                leaveRoom()
            }
        }
        guard byteCount > byteLimit, let ordinal = rooms[newcomer.room]?.ordinal(of: newcomer.id) else { return }
        change(newcomer.room) { $0.remove(ordinal) }
        evictionCount += 1
        dropIfEmpty(newcomer.room)
    }

    /// `nil` where the hand is through with its room.
    private var slotUnderHand: EventSlot? {
        rooms[hand.room].flatMap { $0.ordinals.contains(hand.ordinal) ? $0[hand.ordinal] : nil }
    }

    private mutating func pass(_ slot: EventSlot, sparing newcomer: (room: Int, id: EventID)) {
        let ordinal = hand.ordinal
        hand.ordinal += 1
        guard let id = slot.event?.id, hand.room != newcomer.room || id != newcomer.id else { return }
        if slot.flags.contains(.isInUse) {
            rooms[hand.room]?[ordinal].flags.remove(.isInUse)
        } else {
            change(hand.room) { $0.remove(ordinal) }
            evictionCount += 1
        }
    }

    /// Goes on to the next room, having tidied up the one that the hand has been through.
    private mutating func leaveRoom() {
        if rooms[hand.room]?.isSparse == true { change(hand.room) { $0 = $0.compacted() } }
        dropIfEmpty(hand.room)
        hand = (hand.room + 1, 0)
    }
}

extension EventSlot {
    fileprivate mutating func update(_ outcome: StoredOutcome, readAt: FlagClock.Tick) {
        self.readAt = readAt
        if outcome.isRejected { flags.insert(.isRejected) } else { flags.remove(.isRejected) }
        switch outcome.chainVerdict?.verdict {
        case .allow: flags.insert(.chainAllows)
        case .deny: flags.insert(.chainDenies)
        case nil: return
        }
    }
}
