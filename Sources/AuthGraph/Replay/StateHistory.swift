import CanonicalJSON
import EventAuthorization
import MatrixEvents

/// The accepted events of a room by their places in its state, and which of them the current state has. It keeps no event in
/// memory.
struct StateHistory: Sendable {
    /// An event that stood, or could have stood, at a place of the state.
    struct Entry: Sendable {
        /// Where it stands among the room's events.
        let place: Int
        /// How deep in the room its sender says it is.
        let depth: Int64
    }

    /// What the current state has at a place.
    struct Current: Sendable {
        let id: EventID
        let entry: Entry
        /// What the rules say of it; `nil` where they could not be asked.
        let decision: Decision?
    }

    /// An event that may have come later than what the current state has at its place.
    struct Later: Sendable {
        let key: StateKey
        let current: Current?
        let entry: Entry
    }

    private let currentIDs: Set<EventID>
    /// The current state, as far as its events have come by.
    private(set) var current: [StateKey: Current] = [:]
    /// Accepted events that the current state has not.
    private var others: [StateKey: [Entry]] = [:]
    private var met: Set<EventID> = []
    /// Bytes that it takes, about.
    private(set) var byteCount: Int

    init(current ids: [EventID]) {
        currentIDs = Set(ids)
        byteCount = 2 * HeapSize.ofArray(of: EventID.self, count: ids.count) + ids.reduce(0) { $0 + $1.textByteCount }
    }

    func hasMet(_ id: EventID) -> Bool { met.contains(id) }

    /// Whether every event of the current state has come by. Where one has not, nobody knows which place is its own.
    var isWhole: Bool { met.count == currentIDs.count }

    /// Takes in an event.
    ///
    /// - Parameter isAccepted: whether both the rules and the store take it for one.
    mutating func take(_ event: Event, at place: Int, isAccepted: Bool, _ decision: Decision?) {
        let isCurrent = currentIDs.contains(event.id)
        if isCurrent { met.insert(event.id) }
        guard let key = event.stateKeyPair else { return }
        let entry = Entry(place: place, depth: event.json["depth"]?.number?.int64 ?? 0)
        if isCurrent {
            current[key.detached()] = Current(id: event.id, entry: entry, decision: decision?.detached())
            byteCount += key.textByteCount + Self.currentByteCount
        } else if isAccepted {
            if others[key] == nil {
                others[key.detached()] = []
                byteCount += key.textByteCount + Self.otherByteCount
            }
            others[key]?.append(entry)
            // Arrays grow to twice their size.
            byteCount += 2 * MemoryLayout<Entry>.stride
        }
    }

    /// What the current state has although it was never allowed, in the order of the room's events.
    func neverAllowed(rejected: Set<EventID>) -> [ReplayFinding] {
        current.sorted { $0.value.entry.place < $1.value.entry.place }.compactMap { key, current in
            let isRejected = rejected.contains(current.id)
            guard current.decision?.verdict == .deny || isRejected else { return nil }
            let reason =
                current.decision.map {
                    "its references \($0.verdict == .deny ? "do not allow" : "allow") it: \($0.reason)"
                }
                ?? "its references are missing"
            let claim =
                isRejected ? "the current state has it, it counts as rejected, and " : "the current state has it, and "
            return ReplayFinding(
                .stateNeverAllowed,
                current.id,
                key: key,
                decision: current.decision,
                detail: claim + reason
            )
        }
    }

    /// Accepted events that say of themselves that they came later than what the current state has at their place, or that
    /// stand where it has certainly nothing: of each place the deepest few, and of these the last ones in the room's order.
    ///
    /// - Returns: the events, the last one first, and the places of which there are more.
    func later(limit: Int) -> (found: [Later], more: Set<StateKey>) {
        var found: [Later] = []
        var more: Set<StateKey> = []
        for (key, entries) in others {
            let held = current[key]
            guard held != nil || isWhole else { continue }
            let later = entries.filter { entry in held.map { entry.depth > $0.entry.depth } ?? true }
            if later.count > Self.perPlace { more.insert(key) }
            found += later.sorted { ($0.depth, $0.place) > ($1.depth, $1.place) }.prefix(Self.perPlace)
                .map { Later(key: key, current: held, entry: $0) }
        }
        // The same room always makes the same of it.
        found.sort { $0.entry.place > $1.entry.place }
        return (Array(found.prefix(limit)), more.union(found.dropFirst(limit).map(\.key)))
    }

    /// Where the accepted events for `key` stand among the room's, the current one too.
    func accepted(at key: StateKey) -> [Int] {
        (others[key] ?? []).map(\.place) + (current[key].map { [$0.entry.place] } ?? [])
    }

    private static let perPlace = 10
    /// What a place takes in a table half full, with a decision of a few short values.
    private static let currentByteCount = 2 * MemoryLayout<(key: StateKey, value: Current)>.stride + 300
    private static let otherByteCount =
        2 * MemoryLayout<(key: StateKey, value: [Entry])>.stride + HeapSize.ofArray(of: Entry.self, count: 1)
}
