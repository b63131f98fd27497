import Testing

@testable import PostgresStore

@Suite
struct PoolStateTests {
    private var pool = PoolState<String>(connectionCount: 1, waiterLimit: 2)

    @Test
    mutating func `a free connection is taken at once`() throws {
        #expect(try pool.takeFree() == 0)
        #expect(try pool.takeFree() == nil)
    }

    @Test
    mutating func `those who wait are served in the order in which they came`() throws {
        _ = try pool.takeFree()
        #expect(pool.enqueue("first").isWaiting)
        #expect(pool.enqueue("second").isWaiting)
        #expect(pool.release(0) == "first")
        #expect(pool.release(0) == "second")
        #expect(pool.release(0) == nil)
        #expect(try pool.takeFree() == 0)
    }

    @Test
    mutating func `free connections and those who wait are counted`() throws {
        #expect(pool.freeCount == 1)
        _ = try pool.takeFree()
        _ = pool.enqueue("first")
        #expect(pool.freeCount == 0)
        #expect(pool.waiterCount == 1)
        _ = pool.release(0)
        _ = pool.release(0)
        #expect(pool.freeCount == 1)
        #expect(pool.waiterCount == 0)
    }

    @Test
    mutating func `a connection that came free on the way to the queue is used`() {
        guard case .use(0) = pool.enqueue("caller") else {
            Issue.record("the caller was not served")
            return
        }
    }

    @Test
    mutating func `a full queue refuses`() throws {
        _ = try pool.takeFree()
        _ = pool.enqueue("first")
        _ = pool.enqueue("second")
        #expect(pool.enqueue("third").refusal == .tooManyWaiters(2))
    }

    @Test
    mutating func `a waiter that gives up is passed over`() throws {
        _ = try pool.takeFree()
        let ticket = pool.makeTicket()
        _ = pool.enqueue("first", ticket: ticket)
        _ = pool.enqueue("second")
        #expect(pool.giveUp(ticket) == "first")
        #expect(pool.giveUp(ticket) == nil)
        #expect(pool.release(0) == "second")
    }

    @Test
    mutating func `a closed pool refuses newcomers and those who wait`() throws {
        _ = try pool.takeFree()
        _ = pool.enqueue("first")
        #expect(pool.close() == ["first"])
        #expect(pool.enqueue("second").refusal == .closed)
        #expect(throws: PostgresError.closed) { try pool.takeFree() }
    }
}

extension PoolState {
    fileprivate mutating func enqueue(_ waiter: Waiter) -> Acquisition {
        enqueue(waiter, ticket: makeTicket())
    }
}

extension PoolState.Acquisition {
    fileprivate var isWaiting: Bool {
        if case .wait = self { return true }
        return false
    }

    fileprivate var refusal: PostgresError? {
        if case .refuse(let error) = self { return error }
        return nil
    }
}
