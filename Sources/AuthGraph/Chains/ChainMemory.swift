import MatrixEvents

/// Complete walks that are remembered, within a byte budget; the one that was not asked for the longest goes first. A chain
/// of which an event is missing is never remembered.
struct ChainMemory {
    private struct Entry {
        let chain: AuthChain
        var lastUse: UInt64
    }

    private let byteLimit: Int
    private(set) var byteCount = 0
    private var entries: [Key: Entry] = [:]
    private var useCount: UInt64 = 0

    private struct Key: Hashable {
        let roomID: RoomID
        let heads: Set<EventID>
    }

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    var count: Int { entries.count }

    mutating func chain(of heads: Set<EventID>, in roomID: RoomID) -> AuthChain? {
        let key = Key(roomID: roomID, heads: heads)
        guard let entry = entries[key] else { return nil }
        useCount += 1
        entries[key]?.lastUse = useCount
        return entry.chain
    }

    mutating func remember(_ chain: AuthChain, of heads: Set<EventID>) {
        guard chain.missing.isEmpty else { return }
        let key = Key(roomID: chain.roomID, heads: heads)
        forget(key)
        let size = Self.size(chain, key)
        guard size <= byteLimit else { return }
        useCount += 1
        entries[key] = Entry(chain: chain, lastUse: useCount)
        byteCount += size
        while byteCount > byteLimit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            forget(oldest.key)
        }
    }

    private mutating func forget(_ key: Key) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        byteCount -= Self.size(entry.chain, key)
    }

    private static func size(_ chain: AuthChain, _ key: Key) -> Int {
        chain.byteCount + key.heads.count * 2 * MemoryLayout<EventID>.stride + 256
    }
}
