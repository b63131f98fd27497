import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

/// Whose keys are to be loaded, and for whom.
struct KeyLoadQueueTests {
    @Test
    func `nothing is queued that nobody carries out`() {
        var queue = KeyLoadQueue<String>()
        let ticket = queue.makeTicket()
        expect(queue.enqueue(["a"], for: "alice", ticket), false)
        expect(servers(&queue), nil)
    }

    @Test
    func `what is asked for while queries run is taken together by the next`() throws {
        var queue = opened()
        add("alice", ["a"], to: &queue)
        let first = try started(&queue)
        add("bob", ["a"], to: &queue)
        let second = try started(&queue)
        #expect([first.servers, second.servers] == [["a"], ["a"]], "an answer is not older than its question")
        add("carol", ["b", "c"], to: &queue)
        add("dave", ["c", "d"], to: &queue)
        expect(servers(&queue), nil)
        expect(queue.finish(second), ["bob"])
        let third = try started(&queue)
        #expect(third.servers == ["b", "c", "d"])
        expect(queue.finish(first), ["alice"])
        expect(Set(queue.finish(third)), ["carol", "dave"])
        expect(servers(&queue), nil)
    }

    @Test
    func `who gives up hears nothing, and what only they asked for is not loaded`() throws {
        var queue = opened()
        let (alice, bob) = (add("alice", ["a"], to: &queue), add("bob", ["b"], to: &queue))
        expect(queue.giveUp(alice), "alice")
        expect(queue.giveUp(alice), nil)
        let query = try started(&queue)
        #expect(query.servers == ["b"])
        expect(queue.giveUp(bob), "bob")
        expect(queue.finish(query), [])
    }

    @Test
    func `at the end all who wait are told, and nothing more is queued`() throws {
        var queue = opened()
        add("alice", ["a"], to: &queue)
        let query = try started(&queue)
        add("bob", ["b"], to: &queue)
        expect(Set(queue.close()), ["alice", "bob"])
        expect(queue.finish(query), [])
        expect(servers(&queue), nil)
        let ticket = queue.makeTicket()
        expect(queue.enqueue(["a"], for: "carol", ticket), false)
    }

    /// As `#expect`, which does not take what changes the queue.
    private func expect<Value: Equatable>(
        _ value: Value,
        _ expected: Value,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(value == expected, sourceLocation: location)
    }

    private func servers(_ queue: inout KeyLoadQueue<String>) -> Set<ServerName>? { queue.startQuery()?.servers }

    private func started(_ queue: inout KeyLoadQueue<String>) throws -> KeyLoadQueue<String>.Query {
        let query = queue.startQuery()
        return try #require(query)
    }

    private func opened() -> KeyLoadQueue<String> {
        var queue = KeyLoadQueue<String>()
        queue.open()
        return queue
    }

    @discardableResult
    private func add(
        _ waiter: String,
        _ servers: Set<ServerName>,
        to queue: inout KeyLoadQueue<String>
    ) -> KeyLoadQueue<String>.Ticket {
        let ticket = queue.makeTicket()
        expect(queue.enqueue(servers, for: waiter, ticket), true)
        return ticket
    }
}
