import EventAuthorization
import MatrixEvents

/// The place of one event in its room: 48 bytes beside the event itself.
struct EventSlot {
    enum Content {
        case free
        /// Cited by events of the room, and not in memory itself.
        case name(CitedName)
        case event(AuthEvent)
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// Asked for since the hand last passed.
        static let isInUse = Flags(rawValue: 1)
        /// Counts as rejected, as the store last said.
        static let isRejected = Flags(rawValue: 2)
        static let chainAllows = Flags(rawValue: 4)
        static let chainDenies = Flags(rawValue: 8)
    }

    var content = Content.free
    /// The ordinals of the events that it cites; see ``citationCount``.
    var citations = InlineArray<6, UInt32>(repeating: 0)
    /// When the store last said what was decided of the event.
    var readAt = FlagClock.Tick.never
    /// How many events of the room cite it.
    var citedBy: UInt32 = 0
    /// Beyond six, the citations are kept by the room.
    var citationCount: UInt8 = 0
    var flags: Flags = []

    var event: AuthEvent? {
        if case .event(let event) = content { event } else { nil }
    }

    /// `nil` where the slot is free.
    var id: EventID? {
        switch content {
        case .free: nil
        case .name(let name): name.id
        case .event(let event): event.id
        }
    }

    /// Bytes on the heap that the slot alone keeps.
    var contentByteCount: Int {
        switch content {
        case .free: 0
        case .name(let name): HeapSize.ofObject(holding: MemoryLayout<EventID>.size) + name.id.textByteCount
        case .event(let event): event.byteCount
        }
    }

    /// What the whole chain says of the event, as far as it is known.
    var chainVerdict: Decision.Verdict? {
        if flags.contains(.chainAllows) { return .allow }
        return flags.contains(.chainDenies) ? .deny : nil
    }
}

/// The id of an event that others cite.
final class CitedName {
    let id: EventID

    init(_ id: EventID) {
        self.id = id
    }
}

/// Tells how old what the store said of events is, in ticks of a 64th of a second: four bytes an event.
struct FlagClock: Sendable {
    /// A moment, rounded down.
    struct Tick: Comparable {
        fileprivate let count: UInt32

        /// Before everything that the store said.
        static let never = Tick(count: 0)

        static func < (left: Tick, right: Tick) -> Bool { left.count < right.count }
    }

    private let start: ContinuousClock.Instant
    private let lifetime: UInt32
    /// What was said before it counts no more.
    private var epoch = Tick(count: 1)

    init(start: ContinuousClock.Instant, lifetime: Duration) {
        self.start = start
        self.lifetime = UInt32(clamping: Self.ticks(lifetime))
    }

    /// After two years it stands still, and everything is out of date from then on.
    func tick(_ instant: ContinuousClock.Instant) -> Tick {
        Tick(count: UInt32(clamping: Self.ticks(start.duration(to: instant)) + 1))
    }

    /// Whether what was said at `readAt` still holds at `now`.
    func isCurrent(_ readAt: Tick, at now: Tick) -> Bool {
        readAt >= epoch && now.count - min(readAt.count, now.count) < lifetime
    }

    /// From `now` on nothing holds that was said before.
    mutating func forgetAll(at now: Tick) {
        epoch = Tick(count: now.count == .max ? .max : now.count + 1)
    }

    private static func ticks(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (ticks, overflow) = seconds.multipliedReportingOverflow(by: 64)
        return overflow ? .max / 2 : max(0, ticks + attoseconds / (1_000_000_000_000_000_000 / 64))
    }
}
