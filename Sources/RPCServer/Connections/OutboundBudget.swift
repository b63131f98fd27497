import NIOCore
import Synchronization

/// The bytes of answers that clients have yet to take, all connections together.
///
/// Where there are too many, those clients are cut off that have taken nothing for longest: whoever takes its answers has
/// nothing to fear from those who do not.
final class OutboundBudget: Sendable {
    private let holdings: Mutex<OutboundHoldings<ObjectIdentifier>>
    private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])

    init(limit: Int) {
        holdings = Mutex(OutboundHoldings(limit: limit))
    }

    /// Takes note of the bytes that the client of `connection` has yet to take, and when it last took some.
    func set(_ byteCount: Int, takenAt: NIODeadline, of connection: any Channel) {
        let key = ObjectIdentifier(connection)
        connections.withLock { $0[key] = byteCount > 0 ? connection : nil }
        let excess = holdings.withLock { $0.set(byteCount, takenAt: takenAt, of: key) }
        for key in excess {
            let connection = connections.withLock { $0.removeValue(forKey: key) }
            connection?.pipeline.fireUserInboundEventTriggered(ConnectionEvent.outboundExcess)
        }
    }
}

/// Who holds how much of an outbound budget. It knows no socket and no clock.
struct OutboundHoldings<Key: Hashable & Sendable>: Sendable {
    private let limit: Int
    private var holdings: [Key: (byteCount: Int, takenAt: NIODeadline)] = [:]
    private(set) var byteCount = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Returns the connections that are to be cut off; they hold nothing from now on.
    mutating func set(_ count: Int, takenAt: NIODeadline, of key: Key) -> [Key] {
        byteCount += count - (holdings[key]?.byteCount ?? 0)
        holdings[key] = count > 0 ? (count, takenAt) : nil
        return byteCount > limit ? makeRoom() : []
    }

    /// Makes more room than is needed now, so that it need not be made again at once.
    private mutating func makeRoom() -> [Key] {
        let goal = limit - limit / 16
        var excess: [Key] = []
        for (key, holding) in holdings.sorted(by: { $0.value.takenAt < $1.value.takenAt }) where byteCount > goal {
            byteCount -= holding.byteCount
            holdings[key] = nil
            excess.append(key)
        }
        return excess
    }
}
