package import Logging
import ServiceLifecycle
import Synchronization

/// A fixed number of connections, lent to one caller at a time, first come, first served.
package final class PostgresPool: Service {
    private typealias Grant = Result<Int, PostgresError>
    private typealias State = PoolState<CheckedContinuation<Grant, Never>>

    private let connections: [PostgresConnection]
    private let waitLimit: Duration
    private let state: Mutex<State>

    package init(configuration: PostgresConfiguration, logger: Logger) {
        connections = (0..<configuration.connectionCount).map { index in
            var logger = logger
            logger[metadataKey: "connection"] = "\(index)"
            return PostgresConnection(configuration: configuration, logger: logger)
        }
        waitLimit = configuration.waitLimit
        state = Mutex(State(connectionCount: connections.count, waiterLimit: configuration.waiterLimit))
    }

    /// How much of the pool is in use now.
    package var statistics: PoolStatistics {
        let (freeCount, waiterCount) = state.withLock { ($0.freeCount, $0.waiterCount) }
        return PoolStatistics(
            connectionCount: connections.count,
            inUseCount: connections.count - freeCount,
            waiterCount: waiterCount
        )
    }

    /// Keeps the connections until graceful shutdown, then closes them.
    package func run() async {
        try? await gracefulShutdown()
        await close()
    }

    /// Runs `body` on a connection that nobody else uses meanwhile; see ``PostgresConnection/perform(isIdempotent:_:)``.
    package func perform<Value: Sendable>(
        isIdempotent: Bool = false,
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let connection = try await acquire()
        defer { release(connection) }
        return try await connections[connection].perform(isIdempotent: isIdempotent, body)
    }

    /// Refuses new callers and those who wait, lets the running ones finish, and closes every connection.
    package func close() async {
        for waiter in state.withLock({ $0.close() }) {
            waiter.resume(returning: .failure(.closed))
        }
        for connection in connections {
            await connection.close()
        }
    }

    private func acquire() async throws(PostgresError) -> Int {
        let free = try state.withLock { (state) throws(PostgresError) in try state.takeFree() }
        guard let free else { return try await queueUp().get() }
        return free
    }

    private func release(_ connection: Int) {
        let waiter = state.withLock { $0.release(connection) }
        waiter?.resume(returning: .success(connection))
    }

    /// Waits for a connection until it comes, the wait limit is reached or the caller is cancelled.
    private func queueUp() async -> Grant {
        let ticket = state.withLock { $0.makeTicket() }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.endWait(of: ticket) }
            let grant = await withTaskCancellationHandler {
                await withCheckedContinuation { self.enqueue($0, ticket) }
            } onCancel: {
                self.giveUp(ticket, .cancelled)
            }
            group.cancelAll()
            return grant
        }
    }

    private func enqueue(_ waiter: CheckedContinuation<Grant, Never>, _ ticket: State.Ticket) {
        switch state.withLock({ $0.enqueue(waiter, ticket: ticket) }) {
        case .use(let connection): waiter.resume(returning: .success(connection))
        case .refuse(let error): waiter.resume(returning: .failure(error))
        case .wait:
            // Cancelled before it stood in the queue: the cancellation handler did not find it.
            if Task.isCancelled { giveUp(ticket, .cancelled) }
        }
    }

    private func endWait(of ticket: State.Ticket) async {
        repeat {
            do { try await Task.sleep(for: waitLimit) } catch { return }
        } while !giveUp(ticket, .waitLimitExceeded(waitLimit))
    }

    /// Sends a waiter away; false if it is not in the queue.
    @discardableResult
    private func giveUp(_ ticket: State.Ticket, _ error: PostgresError) -> Bool {
        let waiter = state.withLock { $0.giveUp(ticket) }
        waiter?.resume(returning: .failure(error))
        return waiter != nil
    }
}
