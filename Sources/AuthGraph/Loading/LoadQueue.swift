import MatrixEvents

/// The events found by id, in room versions 1 and 2 perhaps one a room; ids that are not stored are absent.
typealias LoadAnswer = Result<[EventID: [GraphEvent]], AuthGraphError>

/// What one query asks for.
struct LoadQuery: Equatable, Sendable {
    let number: Int
    let ids: [EventID]
    /// Those that are wanted themselves, and not only as others cite them.
    let whole: Set<EventID>
    /// The rooms in which memory is searched for the others.
    var rooms: [EventID: RoomID]
}

/// What is to be loaded, for whom, and what is being loaded: each id once, however many ask for it.
///
/// Ids that are asked for while queries run gather, and the next query takes them all. Who asks for what a query is on its
/// way for shares what that finds; what it does not find may have been stored since it began, and is asked for once more.
/// Who has waited for longer than the time limit is sent away, and what a query that takes longer was asked for is asked
/// for anew when somebody wants it.
struct LoadQueue<Waiter: Sendable>: Sendable {
    typealias Finished = (waiter: Waiter, answer: LoadAnswer)

    struct Ticket: Hashable {
        fileprivate let number: Int
    }

    enum Enqueued {
        case waiting
        /// Nobody carries out what is queued.
        case notServed
        /// As many wait as may.
        case full
    }

    /// An event, and whether it is wanted itself or only as others cite it: what is read for the latter does not do for the
    /// former.
    private struct Wanted: Hashable {
        let id: EventID
        let isWhole: Bool
    }

    private struct Request {
        let waiter: Waiter
        let since: ContinuousClock.Instant
        /// How much of what was asked for has no answer yet.
        var openCount: Int
        var events: [EventID: [GraphEvent]] = [:]

        /// Takes in one more answer.
        ///
        /// - Returns: whether it was the last one.
        mutating func take(_ found: [GraphEvent], under id: EventID) -> Bool {
            openCount -= 1
            if !found.isEmpty { events[id] = found }
            return openCount == 0
        }
    }

    /// Those who wait for the answer to an id.
    private struct Interest {
        var tickets: [Ticket]
        /// The first so many of them asked before the query began that runs; none where no query runs.
        private(set) var earlyCount = 0

        init(_ tickets: [Ticket] = []) { self.tickets = tickets }

        mutating func queryBegins() { earlyCount = tickets.count }
    }

    /// Queries that may run at the same time.
    private let queryLimit: Int
    private let waiterLimit: Int
    /// Ids that one query may ask for.
    private let batchLimit = 1_000
    private(set) var isServed = false
    private var queryCount = 0
    private var ticketCount = 0
    private var requests: [Ticket: Request] = [:]
    /// Who waits for the answer to an id; an id without anyone is not to be loaded, or not any more.
    private var interested: [Wanted: Interest] = [:]
    /// What the next queries ask for, the first one first.
    private var next: [Wanted] = []
    private var rooms: [EventID: RoomID] = [:]
    private var running: [Int: (batch: [Wanted], since: ContinuousClock.Instant)] = [:]

    init(queryLimit: Int, waiterLimit: Int = 10_000) {
        self.queryLimit = queryLimit
        self.waiterLimit = waiterLimit
    }

    var waiterCount: Int { requests.count }

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
        defer { (requests, interested, next, rooms) = ([:], [:], [], [:]) }
        return requests.values.map(\.waiter)
    }

    /// Queues what `needs` names for `waiter`.
    mutating func enqueue(
        _ needs: EventNeeds,
        for waiter: Waiter,
        _ ticket: Ticket,
        at now: ContinuousClock.Instant
    ) -> Enqueued {
        guard isServed else { return .notServed }
        guard requests.count < waiterLimit else { return .full }
        let open = wanted(needs)
        requests[ticket] = Request(waiter: waiter, since: now, openCount: open.count)
        for wanted in open {
            // Somebody's interest means that it is queued or on its way already.
            if interested[wanted] == nil {
                next.append(wanted)
                if let roomID = needs.roomID { rooms[wanted.id] = roomID }
            }
            interested[wanted, default: Interest()].tickets.append(ticket)
        }
        return .waiting
    }

    /// Who reads a whole event reads along how others cite it.
    private func wanted(_ needs: EventNeeds) -> Set<Wanted> {
        let whole = Set(needs.whole.map { Wanted(id: $0, isWhole: true) })
        return needs.cited.reduce(into: whole) { wanted, id in
            let itself = Wanted(id: id, isWhole: true)
            wanted.insert(whole.contains(itself) || interested[itself] != nil ? itself : Wanted(id: id, isWhole: false))
        }
    }

    /// One more query; `nil` where there is nothing to ask for, or enough queries run.
    mutating func startQuery(at now: ContinuousClock.Instant) -> LoadQuery? {
        guard queryCount < queryLimit, !next.isEmpty else { return nil }
        let batch = Array(next.prefix(batchLimit))
        next.removeFirst(batch.count)
        queryCount += 1
        ticketCount += 1
        running[ticketCount] = (batch, now)
        for wanted in batch { interested[wanted]?.queryBegins() }
        var seen: Set<EventID> = []
        let ids = batch.map(\.id).filter { seen.insert($0).inserted }
        defer { for id in ids { rooms[id] = nil } }
        return LoadQuery(
            number: ticketCount,
            ids: ids,
            whole: Set(batch.filter(\.isWhole).map(\.id)),
            rooms: Dictionary(uniqueKeysWithValues: ids.compactMap { id in rooms[id].map { (id, $0) } })
        )
    }

    /// Takes the answers that a query gave.
    ///
    /// - Returns: those that have all their answers now, or an error.
    mutating func finish(
        _ query: LoadQuery,
        _ answers: (EventID) -> Result<[GraphEvent], AuthGraphError>
    ) -> [Finished] {
        queryCount -= 1
        running[query.number] = nil
        var finished: [Finished] = []
        for id in query.ids {
            let answer = answers(id)
            for isWhole in query.whole.contains(id) ? [true, false] : [false] {
                let wanted = Wanted(id: id, isWhole: isWhole)
                for ticket in answered(wanted, by: answer) {
                    if let done = take(answer, to: wanted, for: ticket) { finished.append(done) }
                }
            }
        }
        return finished
    }

    /// Takes out those whom the answer to `wanted` answers, and queues the others anew.
    private mutating func answered(_ wanted: Wanted, by answer: Result<[GraphEvent], AuthGraphError>) -> [Ticket] {
        guard let interest = interested.removeValue(forKey: wanted) else { return [] }
        guard case .success(let events) = answer, events.isEmpty else { return interest.tickets }
        let late = interest.tickets.dropFirst(interest.earlyCount).filter { requests[$0] != nil }
        if !late.isEmpty {
            interested[wanted] = Interest(late)
            // Where no query ran for it, it is queued already.
            if interest.earlyCount > 0 { next.append(wanted) }
        }
        return Array(interest.tickets.prefix(interest.earlyCount))
    }

    /// Takes one who waits out of the queue; `nil` where there is none with `ticket`. What it asked for is loaded all
    /// the same: others may have asked for it too.
    mutating func giveUp(_ ticket: Ticket) -> Waiter? {
        requests.removeValue(forKey: ticket)?.waiter
    }

    /// Gives up everything that began at `instant` or before.
    ///
    /// - Returns: those who have waited since then.
    mutating func giveUpAll(since instant: ContinuousClock.Instant) -> [Waiter] {
        let late = requests.filter { $0.value.since <= instant }
        for ticket in late.keys { requests[ticket] = nil }
        next = next.filter { keepInterest(in: $0) }
        for (number, query) in running where query.since <= instant {
            running[number]?.batch = []
            next += query.batch.filter { keepInterest(in: $0) }
        }
        if next.isEmpty { rooms = [:] }
        return late.values.map(\.waiter)
    }

    /// Whether anybody still waits for it.
    private mutating func keepInterest(in wanted: Wanted) -> Bool {
        let waiting = interested[wanted]?.tickets.filter { requests[$0] != nil } ?? []
        interested[wanted] = waiting.isEmpty ? nil : Interest(waiting)
        return !waiting.isEmpty
    }

    private mutating func take(
        _ answer: Result<[GraphEvent], AuthGraphError>,
        to wanted: Wanted,
        for ticket: Ticket
    ) -> Finished? {
        // One that gave up, or that had an error already, is still on the list of the other ids it asked for.
        guard let place = requests.index(forKey: ticket) else { return nil }
        switch answer {
        case .failure(let error): return (requests.remove(at: place).value.waiter, .failure(error))
        case .success(let events):
            guard requests.values[place].take(events, under: wanted.id) else { return nil }
            let request = requests.remove(at: place).value
            return (request.waiter, .success(request.events))
        }
    }
}
