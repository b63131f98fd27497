import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

struct LoadQueueTests {
    private let ids = (0..<6).map { EventID("$\($0)") }

    @Test
    func `a queue that nobody serves takes nothing`() {
        var queue = LoadQueue<String>(queryLimit: 1)
        let isQueued = queue.enqueue([ids[0]], for: "caller")
        #expect(!isQueued)
        #expect(queue.nextIDs() == nil)
    }

    @Test
    func `ids that are asked for while queries run gather for the next one`() throws {
        var queue = openQueue(queryLimit: 1)
        queue.enqueue([ids[0]], for: "first")
        #expect(queue.nextIDs() == [ids[0]])
        queue.enqueue([ids[1]], for: "second")
        queue.enqueue([ids[2]], for: "third")
        #expect(queue.nextIDs() == nil)
        #expect(queue.finish([ids[0]]) == ["first: "])
        #expect(queue.nextIDs() == [ids[1], ids[2]])
        let finished = Set(queue.finish([ids[1], ids[2]]))
        #expect(finished == ["second: ", "third: "])
        #expect(queue.nextIDs() == nil)
    }

    @Test
    func `an id is loaded once, however many ask for it`() throws {
        let create = try TestRoom(version: .v12).create
        let event = try GraphEvent(create, outcome: .allowed)
        var queue = openQueue(queryLimit: 2)
        queue.enqueue([create.id], for: "first")
        let started = queue.startQuery(at: .now)
        let query = try #require(started)
        queue.enqueue([create.id, ids[1]], for: "second")
        #expect(queue.nextIDs() == [ids[1]])
        #expect(queue.finish([ids[1]]) == [])
        let finished = queue.finish(query) { _ in .success([event]) }
        #expect(finished.map(\.waiter) == ["first", "second"])
        queue.enqueue([create.id], for: "later")
        #expect(queue.nextIDs() == [create.id])
    }

    @Test
    func `what a query does not find is asked for anew for those who asked after it began`() {
        var queue = openQueue(queryLimit: 2)
        queue.enqueue([ids[0]], for: "first")
        #expect(queue.nextIDs() == [ids[0]])
        for waiter in ["second", "third"] { queue.enqueue([ids[0]], for: waiter) }
        #expect(queue.nextIDs() == nil)
        #expect(queue.finish([ids[0]]) == ["first: "])
        #expect(queue.nextIDs() == [ids[0]])
        queue.enqueue([ids[0]], for: "fourth")
        #expect(queue.finish([ids[0]]) == ["second: ", "third: "])
        #expect(queue.nextIDs() == [ids[0]])
        #expect(queue.finish([ids[0]]) == ["fourth: "])
        #expect(queue.nextIDs() == nil)
    }

    @Test
    func `what nobody waits for any more is not asked for anew`() {
        var queue = openQueue(queryLimit: 1)
        queue.enqueue([ids[0]], for: "first")
        #expect(queue.nextIDs() == [ids[0]])
        let ticket = queue.enqueue([ids[0]], waiting: "second")
        #expect(queue.giveUp(ticket) == "second")
        #expect(queue.finish([ids[0]]) == ["first: "])
        #expect(queue.nextIDs() == nil)
    }

    @Test
    func `each caller gets what it asked for`() throws {
        let room = try TestRoom.furnished(.v11)
        let events = try room.events.map { try GraphEvent($0, outcome: .allowed) }
        var queue = openQueue(queryLimit: 1)
        queue.enqueue([room.create.id, ids[0]], for: "first")
        queue.enqueue([room.create.id, room.events[1].id], for: "second")
        let started = queue.startQuery(at: .now)
        let query = try #require(started)
        let finished = queue.finish(query) { id in .success(events.filter { $0.event.id == id }) }
        let answers = Dictionary(uniqueKeysWithValues: finished.map { ($0.waiter, try? $0.answer.get()) })
        #expect(answers["first"]??.keys.map(\.self) == [room.create.id])
        #expect((answers["second"]??.keys).map { Set($0) } == [room.create.id, room.events[1].id])
    }

    @Test
    func `an error reaches those who asked for what failed, and no others`() throws {
        var queue = openQueue(queryLimit: 1)
        queue.enqueue([ids[0], ids[1]], for: "first")
        queue.enqueue([ids[1], ids[2]], for: "second")
        queue.enqueue([ids[2]], for: "third")
        let started = queue.startQuery(at: .now)
        let query = try #require(started)
        let failed = AuthGraphError.corrupt([ids[0]], explanation: "")
        let finished = queue.finish(query) { $0 == ids[0] ? .failure(failed) : .success([]) }
        #expect(finished.count == 3)
        for (waiter, answer) in finished { #expect(answer.isFailure == (waiter == "first")) }
    }

    @Test
    func `one that gives up waits no more, and what it asked for comes to others all the same`() {
        var queue = openQueue(queryLimit: 1)
        let ticket = queue.enqueue([ids[0]], waiting: "first")
        queue.enqueue([ids[0]], for: "second")
        #expect(queue.giveUp(ticket) == "first")
        #expect(queue.giveUp(ticket) == nil)
        #expect(queue.nextIDs() == [ids[0]])
        #expect(queue.finish([ids[0]]) == ["second: "])
    }

    @Test
    func `when the service ends everybody hears of it`() {
        var queue = openQueue(queryLimit: 1)
        queue.enqueue([ids[0]], for: "first")
        queue.enqueue([ids[1]], for: "second")
        _ = queue.nextIDs()
        let waiting = Set(queue.close())
        #expect(waiting == ["first", "second"])
        #expect(queue.close() == [])
        let isQueued = queue.enqueue([ids[0]], for: "third")
        #expect(!isQueued)
    }

    @Test
    func `one query asks for a thousand ids at most`() {
        var queue = openQueue(queryLimit: 4)
        queue.enqueue(Set((0..<2_500).map { EventID("$\($0):a") }), for: "caller")
        let batches = (0..<4).map { _ in queue.nextIDs() }
        #expect(batches.map { $0?.count } == [1_000, 1_000, 500, nil])
        #expect(batches.compactMap { $0 }.flatMap { queue.finish($0) } == ["caller: "])
    }

    @Test
    func `who has waited for too long is sent away, whether a query runs or not`() throws {
        var queue = openQueue(queryLimit: 1)
        let start = ContinuousClock.now
        queue.enqueue([ids[0]], for: "running", at: start)
        _ = queue.startQuery(at: start)
        queue.enqueue([ids[1]], for: "queued", at: start)
        queue.enqueue([ids[1]], for: "later", at: start + .seconds(1))
        #expect(queue.giveUpAll(since: start - .seconds(1)) == [])
        let late = Set(queue.giveUpAll(since: start))
        #expect(late == ["running", "queued"])
        #expect(queue.waiterCount == 1)
    }

    @Test
    func `what a query that hangs was asked for is asked for anew`() throws {
        var queue = openQueue(queryLimit: 2)
        let start = ContinuousClock.now
        queue.enqueue([ids[0], ids[1]], for: "first", at: start)
        let started = queue.startQuery(at: start)
        let hanging = try #require(started)
        queue.enqueue([ids[0]], for: "second", at: start + .seconds(1))
        let none = queue.startQuery(at: start + .seconds(1))
        #expect(none == nil)
        #expect(queue.giveUpAll(since: start) == ["first"])
        queue.enqueue([ids[1]], for: "third", at: start + .seconds(2))
        let restarted = queue.startQuery(at: start + .seconds(2))
        let again = try #require(restarted)
        #expect(Set(again.ids) == [ids[0], ids[1]])
        #expect(Set(queue.finish(again.ids)) == ["second: ", "third: "])
        // The first query's answer comes at last, and nobody waits for it.
        let finished = queue.finish(hanging) { _ in .success([]) }
        #expect(finished.isEmpty)
    }

    @Test
    func `nobody waits for what is not asked for any more`() {
        var queue = openQueue(queryLimit: 1)
        let start = ContinuousClock.now
        queue.enqueue([ids[0]], for: "first", at: start)
        #expect(queue.giveUpAll(since: start) == ["first"])
        #expect(queue.nextIDs() == nil)
    }

    @Test
    func `a queue that is full takes nobody else`() {
        var queue = LoadQueue<String>(queryLimit: 1, waiterLimit: 2)
        queue.open()
        for name in ["first", "second"] { queue.enqueue([ids[0]], for: name) }
        let needs = EventNeeds(cited: [ids[1]])
        #expect(queue.enqueue(needs, for: "third", queue.makeTicket(), at: .now) == .full)
    }

    @Test
    func `what is on its way as others cite it does not do for one who wants it whole`() throws {
        var queue = openQueue(queryLimit: 2)
        queue.enqueue([ids[0]], for: "citing")
        let first = queue.startQuery(at: .now)
        let citing = try #require(first)
        _ = queue.enqueue(EventNeeds(whole: [ids[0]]), for: "reading", queue.makeTicket(), at: .now)
        let second = queue.startQuery(at: .now)
        let reading = try #require(second)
        #expect(citing.whole.isEmpty && reading.whole == [ids[0]])
        // Who asks now waits for the one that brings more.
        queue.enqueue([ids[0]], for: "late")
        #expect(queue.nextIDs() == nil)
        let early = queue.finish(citing) { _ in .success([]) }
        #expect(early.map(\.waiter) == ["citing"])
        let event = try GraphEvent(TestRoom(version: .v12).create, outcome: .allowed)
        let rest = queue.finish(reading) { _ in .success([event]) }
        #expect(Set(rest.map(\.waiter)) == ["reading", "late"])
    }

    @Test
    func `an id that somebody wants whole is loaded whole for all`() throws {
        var queue = openQueue(queryLimit: 1)
        queue.enqueue([ids[0], ids[1]], for: "citing")
        _ = queue.enqueue(EventNeeds(whole: [ids[1]]), for: "reading", queue.makeTicket(), at: .now)
        let started = queue.startQuery(at: .now)
        let query = try #require(started)
        #expect(query.whole == [ids[1]])
        #expect(Set(query.ids) == [ids[0], ids[1]])
    }

    private func openQueue(queryLimit: Int) -> LoadQueue<String> {
        var queue = LoadQueue<String>(queryLimit: queryLimit)
        queue.open()
        return queue
    }
}

extension LoadAnswer {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}

extension LoadQueue<String> {
    @discardableResult
    fileprivate mutating func enqueue(
        _ ids: Set<EventID>,
        for waiter: String,
        at now: ContinuousClock.Instant = .now
    ) -> Bool {
        enqueue(EventNeeds(cited: Array(ids)), for: waiter, makeTicket(), at: now) == .waiting
    }

    fileprivate mutating func enqueue(_ ids: Set<EventID>, waiting waiter: String) -> Ticket {
        let ticket = makeTicket()
        _ = enqueue(EventNeeds(cited: Array(ids)), for: waiter, ticket, at: .now)
        return ticket
    }

    fileprivate mutating func nextIDs() -> [EventID]? { startQuery(at: .now)?.ids }

    /// Finishes a query that found nothing: who has an answer now, and the ids found.
    fileprivate mutating func finish(_ ids: [EventID]) -> [String] {
        finish(LoadQuery(number: 0, ids: ids, whole: [], rooms: [:])) { _ in .success([]) }.map { waiter, answer in
            "\(waiter): \((try? answer.get().keys.map(\.description).joined()) ?? "error")"
        }
    }
}
