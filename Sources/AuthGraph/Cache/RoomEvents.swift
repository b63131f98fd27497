import EventAuthorization
import MatrixEvents

/// The auth events of one room that are in memory, each under an ordinal of its own, and what they cite as ordinals.
struct RoomEvents {
    /// Shared by all events of the room.
    let roomID: RoomID
    private var slots: [[EventSlot]] = []
    private var slotCount: UInt32 = 0
    private var free: [UInt32] = []
    private var index = OrdinalIndex()
    /// Of events that cite more than six.
    private var longCitations: [UInt32: [UInt32]] = [:]
    private var longCitationByteCount = 0
    private var slabByteCount = 0
    private var contentByteCount = 0
    /// Events and names.
    private(set) var usedCount = 0
    private(set) var eventCount = 0

    /// Slots that are allocated together, so that a large room grows without being copied.
    private static let slabSize: UInt32 = 1_024
    /// The room itself, and its place among the rooms.
    private static let overhead = 512

    init(_ roomID: RoomID) {
        self.roomID = roomID.detached()
    }

    /// Bytes that the room takes.
    var byteCount: Int {
        Self.overhead + slabByteCount + index.byteCount + contentByteCount
            + free.capacity * MemoryLayout<UInt32>.stride + longCitationByteCount
    }

    var ordinals: Range<UInt32> { 0..<slotCount }

    subscript(ordinal: UInt32) -> EventSlot {
        get { slots[Int(ordinal / Self.slabSize)][Int(ordinal % Self.slabSize)] }
        _modify { yield &slots[Int(ordinal / Self.slabSize)][Int(ordinal % Self.slabSize)] }
    }

    func ordinal(of id: EventID) -> UInt32? {
        index.find(id.hashValue) { ordinal in self[ordinal].id.map { $0 == id } ?? false }
    }

    /// The event under `id`, where what was decided of it is still believed; marked as one that somebody asked for.
    mutating func use(_ id: EventID, where isBelieved: (FlagClock.Tick) -> Bool) -> CitedEvent? {
        guard let ordinal = ordinal(of: id) else { return nil }
        mark(ordinal)
        let slot = self[ordinal]
        guard let event = slot.event, isBelieved(slot.readAt) else { return nil }
        return CitedEvent(event, isRejected: slot.flags.contains(.isRejected))
    }

    /// The event under `id` and what it cites, however old what was decided of it is; marked as one that somebody asked for.
    mutating func useEntry(_ id: EventID) -> (event: AuthEvent, citations: [EventID])? {
        guard let ordinal = ordinal(of: id) else { return nil }
        mark(ordinal)
        return self[ordinal].event.map { ($0, citations(of: ordinal)) }
    }

    private mutating func mark(_ ordinal: UInt32) {
        if !self[ordinal].flags.contains(.isInUse) { self[ordinal].flags.insert(.isInUse) }
    }

    /// What the event under `ordinal` cites.
    func citations(of ordinal: UInt32) -> [EventID] {
        ordinals(citedBy: ordinal).compactMap { self[$0].id }
    }

    /// Puts `event` in, which is not there yet.
    ///
    /// - Returns: the event's ordinal.
    mutating func insert(_ event: AuthEvent, citing citations: [EventID]) -> UInt32 {
        let ordinal = place(for: event.id)
        contentByteCount -= self[ordinal].contentByteCount
        self[ordinal].content = .event(AuthEvent(detached: event, sharing: roomID))
        contentByteCount += self[ordinal].contentByteCount
        eventCount += 1
        let cited = citations.map { place(for: $0) }
        for other in cited { self[other].citedBy += 1 }
        self[ordinal].citationCount = UInt8(clamping: cited.count)
        if cited.count > self[ordinal].citations.count {
            setLongCitations(of: ordinal, cited)
        } else {
            for (position, other) in cited.enumerated() { self[ordinal].citations[position] = other }
        }
        return ordinal
    }

    /// Takes the event under `ordinal` out; its name stays as long as others cite it.
    mutating func remove(_ ordinal: UInt32) {
        guard let id = self[ordinal].event?.id else { return }
        contentByteCount -= self[ordinal].contentByteCount
        eventCount -= 1
        let cited = ordinals(citedBy: ordinal)
        setLongCitations(of: ordinal, nil)
        let citedBy = self[ordinal].citedBy
        var slot = EventSlot()
        slot.content = .name(CitedName(id))
        slot.citedBy = citedBy
        self[ordinal] = slot
        contentByteCount += slot.contentByteCount
        releaseIfUnused(ordinal)
        for other in cited {
            self[other].citedBy -= 1
            releaseIfUnused(other)
        }
    }

    /// The same events in a table of their own size.
    func compacted() -> RoomEvents {
        var copy = RoomEvents(roomID)
        for ordinal in ordinals {
            guard let event = self[ordinal].event else { continue }
            let new = copy.insert(event, citing: citations(of: ordinal))
            copy[new].flags = self[ordinal].flags
            copy[new].readAt = self[ordinal].readAt
        }
        return copy
    }

    /// Whether most of the table is empty.
    var isSparse: Bool { slotCount > Self.slabSize && usedCount < Int(slotCount) / 4 }

    private mutating func setLongCitations(of ordinal: UInt32, _ cited: [UInt32]?) {
        func byteCount(_ cited: [UInt32]?) -> Int {
            cited.map { HeapSize.ofArray(of: UInt32.self, count: $0.count) + 2 * MemoryLayout<(UInt32, Int)>.stride }
                ?? 0
        }
        longCitationByteCount += byteCount(cited) - byteCount(longCitations[ordinal])
        longCitations[ordinal] = cited
    }

    private func ordinals(citedBy ordinal: UInt32) -> [UInt32] {
        if let long = longCitations[ordinal] { return long }
        let slot = self[ordinal]
        return (0..<Int(slot.citationCount)).map { slot.citations[$0] }
    }

    /// The ordinal of `id`, whose slot may hold no more than its name.
    private mutating func place(for id: EventID) -> UInt32 {
        if let ordinal = ordinal(of: id) { return ordinal }
        let ordinal = free.popLast() ?? appendSlot()
        self[ordinal] = EventSlot()
        self[ordinal].content = .name(CitedName(id))
        contentByteCount += self[ordinal].contentByteCount
        usedCount += 1
        index.insert(ordinal, id.hashValue, hashOf: hashes)
        return ordinal
    }

    private mutating func releaseIfUnused(_ ordinal: UInt32) {
        guard case .name(let name) = self[ordinal].content, self[ordinal].citedBy == 0 else { return }
        index.remove(ordinal, name.id.hashValue, hashOf: hashes)
        contentByteCount -= self[ordinal].contentByteCount
        self[ordinal] = EventSlot()
        usedCount -= 1
        free.append(ordinal)
    }

    /// The hash of the id under an ordinal, as the table is now.
    private var hashes: (UInt32) -> Int {
        { [slots] ordinal in
            let id = slots[Int(ordinal / Self.slabSize)][Int(ordinal % Self.slabSize)].id
            guard let id else { preconditionFailure("A slot in the index is in use") }
            return id.hashValue
        }
    }

    private mutating func appendSlot() -> UInt32 {
        if slotCount % Self.slabSize == 0 { slots.append([]) }
        let slab = slots.count - 1
        if slots[slab].count == slots[slab].capacity {
            // In steps of a quarter: most rooms are small, and there are many.
            let capacity = slab > 0 ? Int(Self.slabSize) : slots[slab].count + max(4, slots[slab].count / 4)
            slabByteCount -= HeapSize.ofArray(of: EventSlot.self, count: slots[slab].capacity)
            slots[slab].reserveCapacity(min(capacity, Int(Self.slabSize)))
            slabByteCount += HeapSize.ofArray(of: EventSlot.self, count: slots[slab].capacity)
        }
        slots[slab].append(EventSlot())
        defer { slotCount += 1 }
        return slotCount
    }
}
