import Dispatch
import Testing

@testable import PostgresStore

@Suite
struct PoolTests {
    @Test
    func `callers share the connections there are`() async throws {
        let pool = try await makePool { $0.connectionCount = 2 }
        let processes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                group.addTask { try await pool.backendID() }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect((1...2).contains(processes.count))
        await pool.close()
    }

    @Test
    func `a caller that waits longer than the limit gets an error that may be tried again`() async throws {
        let pool = try await makePool {
            $0.connectionCount = 1
            $0.waitLimit = .milliseconds(20)
        }
        try await pool.whileBusy {
            let error = try await #require(throws: PostgresError.self) { _ = try await pool.backendID() }
            #expect(error == .waitLimitExceeded(.milliseconds(20)))
            #expect(error.isRetryable)
        }
        _ = try await pool.backendID()
    }

    @Test
    func `a caller that is cancelled while it waits leaves the queue`() async throws {
        let pool = try await makePool { $0.connectionCount = 1 }
        try await pool.whileBusy {
            let caller = Task { try await pool.backendID() }
            caller.cancel()
            await #expect(throws: PostgresError.cancelled) { try await caller.value }
        }
    }

    @Test
    func `what is in use is counted, until it is given back`() async throws {
        let pool = try await makePool { $0.connectionCount = 3 }
        let idle = PoolStatistics(connectionCount: 3, inUseCount: 0, waiterCount: 0)
        #expect(pool.statistics == idle)
        try await pool.whileBusy {
            #expect(pool.statistics == PoolStatistics(connectionCount: 3, inUseCount: 1, waiterCount: 0))
        }
        #expect(pool.statistics == idle)
    }

    @Test
    func `closing the pool refuses callers and lets the running one finish`() async throws {
        let pool = try await makePool { $0.connectionCount = 1 }
        let gate = Gate()
        async let running = pool.perform { (_) throws(PostgresError) in
            gate.pass()
            return "finished"
        }
        await gate.waitUntilReached()
        async let closing: Void = pool.close()
        gate.open()
        await closing
        #expect(try await running == "finished")
        await #expect(throws: PostgresError.closed) { try await pool.backendID() }
    }

    private func makePool(_ change: (inout PostgresConfiguration) -> Void) async throws -> PostgresPool {
        var configuration = try await TemporaryPostgres.shared.makeDatabase()
        change(&configuration)
        return PostgresPool(configuration: configuration, logger: .quiet)
    }
}

/// Holds a connection's thread until the test lets it go on.
private final class Gate: Sendable {
    private let reached = AsyncStream<Void>.makeStream()
    private let opened = DispatchSemaphore(value: 0)

    /// Blocks, as a slow query would.
    func pass() {
        reached.continuation.finish()
        opened.wait()
    }

    func open() {
        opened.signal()
    }

    func waitUntilReached() async {
        for await _ in reached.stream {}
    }
}

extension PostgresPool {
    fileprivate func backendID() async throws -> String {
        try await perform { (session) throws(PostgresError) in
            try session.query(Statement("pid", sql: "SELECT pg_backend_pid()::text")) {
                (result, row) throws(PostgresError) in
                try result.text(row: row, column: 0)
            }
        }.joined()
    }

    /// Runs `body` while one connection is held.
    fileprivate func whileBusy(_ body: () async throws -> Void) async throws {
        let gate = Gate()
        async let held: Void = perform { (_) throws(PostgresError) in gate.pass() }
        await gate.waitUntilReached()
        defer { gate.open() }
        try await body()
        gate.open()
        try await held
    }
}
