import MatrixEvents

/// The events found by id, in room versions 1 and 2 perhaps one a room; ids that are not stored are absent.
typealias LoadAnswer = Result<[EventID: [GraphEvent]], AuthGraphError>

/// What is to be loaded, for whom, and what is being loaded: each id once, however many ask for it.
///
/// Ids that are asked for while queries run gather, and the next query takes them all.
struct LoadQueue<Waiter: Sendable>: Sendable {
    typealias Finished = (waiter: Waiter, answer: LoadAnswer)

    struct Ticket: Hashable {
        fileprivate let number: Int
    }

    private struct Request {
        let waiter: Waiter
        /// Ids that have no answer yet.
        var open: Set<EventID>
        var events: [EventID: [GraphEvent]] = [:]
    }

    /// Queries that may run at the same time.
    private let queryLimit: Int
    /// Ids that one query may ask for.
    private let batchLimit = 1_000
    private var isServed = false
    private var queryCount = 0
    private var ticketCount = 0
    private var requests: [Ticket: Request] = [:]
    /// Who waits for the answer to an id; an id without anyone is not to be loaded, or not any more.
    private var interested: [EventID: [Ticket]] = [:]
    /// Ids for the next queries, the first one first.
    private var next: [EventID] = []

    init(queryLimit: Int) {
        self.queryLimit = queryLimit
    }

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
        defer { (requests, interested, next) = ([:], [:], []) }
        return requests.values.map(\.waiter)
    }

    /// Queues `ids` for `waiter`; false where nobody carries out what is queued.
    mutating func enqueue(_ ids: Set<EventID>, for waiter: Waiter, _ ticket: Ticket) -> Bool {
        guard isServed else { return false }
        requests[ticket] = Request(waiter: waiter, open: ids)
        for id in ids {
            // Somebody's interest means that the id is queued or on its way already.
            if interested[id] == nil { next.append(id) }
            interested[id, default: []].append(ticket)
        }
        return true
    }

    /// The ids for one more query; `nil` where there are none, or enough queries run.
    mutating func startQuery() -> [EventID]? {
        guard queryCount < queryLimit, !next.isEmpty else { return nil }
        let batch = Array(next.prefix(batchLimit))
        next.removeFirst(batch.count)
        queryCount += 1
        return batch
    }

    /// Takes the answers that a query gave to `ids`.
    ///
    /// - Returns: those that have all their answers now, or an error.
    mutating func finishQuery(
        for ids: [EventID],
        _ answers: (EventID) -> Result<[GraphEvent], AuthGraphError>
    ) -> [Finished] {
        queryCount -= 1
        var finished: [Finished] = []
        for id in ids {
            let answer = answers(id)
            for ticket in interested.removeValue(forKey: id) ?? [] {
                if let done = take(answer, to: id, for: ticket) { finished.append(done) }
            }
        }
        return finished
    }

    /// Takes one who waits out of the queue; `nil` where there is none with `ticket`. What it asked for is loaded all
    /// the same: others may have asked for it too.
    mutating func giveUp(_ ticket: Ticket) -> Waiter? {
        requests.removeValue(forKey: ticket)?.waiter
    }

    private mutating func take(
        _ answer: Result<[GraphEvent], AuthGraphError>,
        to id: EventID,
        for ticket: Ticket
    ) -> Finished? {
        // One that gave up, or that had an error already, is still on the list of the other ids it asked for.
        guard var request = requests.removeValue(forKey: ticket) else { return nil }
        switch answer {
        case .failure(let error): return (request.waiter, .failure(error))
        case .success(let events):
            request.open.remove(id)
            if !events.isEmpty { request.events[id] = events }
            guard request.open.isEmpty else {
                requests[ticket] = request
                return nil
            }
            return (request.waiter, .success(request.events))
        }
    }
}
