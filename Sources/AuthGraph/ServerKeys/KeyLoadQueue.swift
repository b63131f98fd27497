import MatrixEvents

/// Whose keys are to be loaded, and for whom. What is asked for while queries run gathers, and the next query takes it
/// all: an answer is never older than its question.
struct KeyLoadQueue<Waiter: Sendable>: Sendable {
    struct Ticket: Hashable {
        fileprivate let number: Int
    }

    /// A query for the keys of `servers`, on its way.
    struct Query: Sendable {
        let servers: Set<ServerName>
        fileprivate let tickets: [Ticket]
    }

    /// Queries that may run at the same time.
    private let queryLimit = 2
    private var isServed = false
    private var queryCount = 0
    private var ticketCount = 0
    private var waiters: [Ticket: Waiter] = [:]
    /// What the next query asks for.
    private var next: [Ticket: Set<ServerName>] = [:]

    mutating func makeTicket() -> Ticket {
        ticketCount += 1
        return Ticket(number: ticketCount)
    }

    /// From now on there is someone to carry out what is queued.
    mutating func open() {
        precondition(!isServed, "Cannot serve one queue twice")
        isServed = true
    }

    /// Ends the queue's service.
    ///
    /// - Returns: those that still waited.
    mutating func close() -> [Waiter] {
        isServed = false
        defer { (waiters, next) = ([:], [:]) }
        return Array(waiters.values)
    }

    /// Queues `servers` for `waiter`; false where nobody carries out what is queued.
    mutating func enqueue(_ servers: Set<ServerName>, for waiter: Waiter, _ ticket: Ticket) -> Bool {
        guard isServed else { return false }
        waiters[ticket] = waiter
        next[ticket] = servers
        return true
    }

    /// One more query; `nil` where there is nothing to ask for, or enough of them run.
    mutating func startQuery() -> Query? {
        guard queryCount < queryLimit, !next.isEmpty else { return nil }
        queryCount += 1
        defer { next = [:] }
        return Query(servers: next.values.reduce(into: []) { $0.formUnion($1) }, tickets: Array(next.keys))
    }

    /// Ends a query.
    ///
    /// - Returns: those that waited for it and have not given up.
    mutating func finish(_ query: Query) -> [Waiter] {
        queryCount -= 1
        return query.tickets.compactMap { waiters.removeValue(forKey: $0) }
    }

    /// Takes one who waits out of the queue; `nil` where there is none with `ticket`.
    mutating func giveUp(_ ticket: Ticket) -> Waiter? {
        next[ticket] = nil
        return waiters.removeValue(forKey: ticket)
    }
}
