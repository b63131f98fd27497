import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// The end of a process, or of a caller, while a walk over a chain hangs in the database.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct EndTests {
    @Test
    func `a process that is told to stop answers a walk that ends within the drain timeout`() async throws {
        let (walk, server, holder) = try await makeHungWalk()
        let client = try server.connect()
        try await client.send([walk])
        try await holder.waitForSomeoneElse()
        server.terminate()
        try await holder.unlock()
        #expect(try await client.receive()["result"] != nil)
        #expect(try await server.status() == 0)
    }

    @Test
    func `a process that is told to stop waits for no walk longer than the drain timeout`() async throws {
        let (walk, server, holder) = try await makeHungWalk("--drain-timeout", "1")
        let clients = try (0..<3).map { _ in try server.connect() }
        for client in clients { try await client.send([walk]) }
        try await holder.waitForSomeoneElse()
        let start = ContinuousClock.now
        server.terminate()
        #expect(try await server.status() == 0)
        let duration = ContinuousClock.now - start
        #expect(duration > .seconds(0.9) && duration < .seconds(20))
        for client in clients { await #expect(throws: SocketClient.Failure.self) { try await client.receive() } }
        try await holder.unlock()
    }

    @Test
    func `a process that is told to stop ends in time though a write hangs, and says so`() async throws {
        let room = try await JoinableRoom(isStored: false)
        let server = try await room.serve("--drain-timeout", "1")
        let holder = LockHolder(room.database)
        try await holder.lockAgainstWriters()
        let client = try server.connect()
        try await client.send([SocketClient.request("events.put", room.put, id: 1)])
        try await holder.waitForSomeoneElse()
        let start = ContinuousClock.now
        server.terminate()
        #expect(try await server.status() == 0)
        // Otherwise the statement's own end is waited for, and nothing is said.
        #expect(ContinuousClock.now - start < .seconds(15))
        try await eventually(within: .seconds(10), "the log says why it ended") {
            server.log.contains("Closing connections that did not drain in time")
                && server.log.contains("Ending with statements that hang in the database")
        }
        await #expect(throws: SocketClient.Failure.self) { try await client.receive() }
        try await holder.unlock()

        // Nobody knows what became of it, and asking again settles that.
        let next = try await room.serve()
        let results = try await next.call("events.put", room.put)["result"]?.object?["results"]?.array
        #expect(results?.count == room.room.events.count)
    }

    @Test
    func `a caller that hangs up takes its walk along`() async throws {
        let (walk, server, holder) = try await makeHungWalk()
        for _ in 0..<3 {
            let client = try server.connect()
            try await client.send([walk])
            try await holder.waitForSomeoneElse()
            _ = consume client
            try await holder.waitForNobodyElse(within: .seconds(15))
        }
        try await holder.unlock()
        try await eventually(within: .seconds(15), "walks go on") {
            let client = try server.connect()
            try await client.send([walk])
            return try await client.receive()["result"] != nil
        }
    }

    /// A locked database, and the request for a walk that begins at once and hangs there.
    private func makeHungWalk(
        _ arguments: String...
    ) async throws -> (walk: TestJSON, server: RunningEventauth, holder: LockHolder) {
        let room = try await JoinableRoom()
        let server = try await room.serve(["--flag-ttl", "3600"] + arguments)
        try await room.waitForListeners(1)
        // In memory, but not what it cites.
        let params: TestJSON = ["event_ids": .ids([try #require(room.room[.joinRules])])]
        #expect(try await server.call("events.get", params)["result"] != nil)
        let holder = LockHolder(room.database)
        try await holder.lock()
        return (SocketClient.request("graph.chain", params, id: 1), server, holder)
    }
}
