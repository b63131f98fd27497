/// Who holds which connection, and who waits for one. Pure: it says what to do, and its owner does it.
struct PoolState<Waiter> {
    typealias Connection = Int
    typealias Ticket = UInt64

    enum Acquisition {
        case use(Connection)
        /// The caller's waiter is in the queue, under this ticket.
        case wait
        /// The waiter is not in the queue: tell it so.
        case refuse(PostgresError)
    }

    /// The free connections, that last used on top: its caches are warm, and it is the least likely to have been lost.
    private var free: [Connection]
    /// First come, first served.
    private var queue: [(ticket: Ticket, waiter: Waiter)] = []
    private let waiterLimit: Int
    private var lastTicket: Ticket = 0
    private var isClosed = false

    init(connectionCount: Int, waiterLimit: Int) {
        free = Array((0..<connectionCount).reversed())
        self.waiterLimit = waiterLimit
    }

    var freeCount: Int { free.count }

    var waiterCount: Int { queue.count }

    /// A free connection, or nil where the caller has to queue.
    mutating func takeFree() throws(PostgresError) -> Connection? {
        if isClosed { throw .closed }
        return free.popLast()
    }

    mutating func makeTicket() -> Ticket {
        lastTicket += 1
        return lastTicket
    }

    mutating func enqueue(_ waiter: Waiter, ticket: Ticket) -> Acquisition {
        if isClosed { return .refuse(.closed) }
        if let connection = free.popLast() { return .use(connection) }
        guard queue.count < waiterLimit else { return .refuse(.tooManyWaiters(waiterLimit)) }
        queue.append((ticket, waiter))
        return .wait
    }

    /// Gives back a connection; returns the waiter that gets it now, if there is one.
    mutating func release(_ connection: Connection) -> Waiter? {
        guard !queue.isEmpty else {
            free.append(connection)
            return nil
        }
        return queue.removeFirst().waiter
    }

    /// Takes a waiter out of the queue; nil where it no longer, or not yet, waits.
    mutating func giveUp(_ ticket: Ticket) -> Waiter? {
        guard let place = queue.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return queue.remove(at: place).waiter
    }

    /// Refuses everyone from now on; returns those who wait.
    mutating func close() -> [Waiter] {
        isClosed = true
        defer { queue = [] }
        return queue.map(\.waiter)
    }
}
