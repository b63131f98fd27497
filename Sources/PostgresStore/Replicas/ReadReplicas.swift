import AuthGraph
import Logging
import MatrixEvents
import Synchronization

/// Standbys that follow the database, asked for events by their ids in its place.
///
/// An event never changes, so what a standby has of it is right however far behind it is. Two things may be wrong there:
///
/// - An event may be missing. Whatever a replica does not find is looked for in the database, before it counts as unknown.
/// - Whether an event counts as rejected may have changed. So it is known of each replica of which moment it has
///   everything: the database says a few times a second where its write-ahead log ends, and the replica how far it has come.
///   What it says counts as read at that moment, and is believed from then on no longer than anything else; one that is too
///   far behind is not asked. Once the database has told of a change, no replica is asked before it has that change.
///
/// A replica that fails is passed over, for the next one and in the end for the database, and is tried again later. Writes,
/// whole chains, keys and the state of the schema are the database's alone.
final class ReadReplicas: Sendable {
    private struct Replica {
        let pool: PostgresPool
        let watch: PostgresConnection
    }

    private let replicas: [Replica]
    private let state: Mutex<ReplicaState>
    private let logger: Logger

    /// How often it is asked how far everybody is.
    private static let interval: Duration = .milliseconds(200)
    /// Positions that are remembered: one that is further behind than their time is not used.
    private static let positionCount = 100
    /// A look-up that has taken so long tries no other replica: whoever waits for it is to hear of the database in time.
    private static let timeForReplicas: Duration = .milliseconds(500)

    init(_ configuration: PostgresConfiguration, logger: Logger) {
        replicas = configuration.replicaURLs.enumerated().map { index, url in
            var logger = logger
            logger[metadataKey: "replica"] = "\(index + 1)"
            let ofReplica = configuration.ofReplica(url)
            return Replica(
                pool: PostgresPool(configuration: ofReplica, logger: logger),
                watch: PostgresConnection(configuration: ofReplica, logger: logger)
            )
        }
        state = Mutex(
            ReplicaState(
                count: replicas.count,
                longestLag: configuration.replicaLag,
                pause: BackOff(first: .milliseconds(500), longest: .seconds(10)),
                historyCapacity: Self.positionCount
            )
        )
        self.logger = logger
    }

    var statistics: [ReplicaStatistics] { state.withLock { $0.statistics(at: .now) } }

    /// How much of the replicas' connections is in use now.
    var poolStatistics: PoolStatistics {
        let pools = replicas.map(\.pool.statistics)
        return PoolStatistics(
            connectionCount: pools.reduce(0) { $0 + $1.connectionCount },
            inUseCount: pools.reduce(0) { $0 + $1.inUseCount },
            waiterCount: pools.reduce(0) { $0 + $1.waiterCount }
        )
    }

    /// Runs `body` on a replica; `nil` where none can be asked.
    ///
    /// - Returns: what it gave, and since when what it says may have changed.
    func lookUp<Value: Sendable>(
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async -> (value: Value, asOf: ContinuousClock.Instant)? {
        let start = ContinuousClock.now
        while start.duration(to: .now) < Self.timeForReplicas,
            let (index, asOf) = state.withLock({ $0.take(at: .now) })
        {
            do throws(PostgresError) {
                let value = try await replicas[index].pool.perform(body)
                state.withLock { $0.finished(index, at: .now, failed: false) }
                return (value, asOf)
            } catch .cancelled {
                state.withLock { $0.gaveUp(index) }
                return nil
            } catch {
                state.withLock { $0.finished(index, at: .now, failed: true) }
                logger.warning(
                    "A read replica gave no answer",
                    metadata: ["replica": "\(index + 1)", "error": "\(error)"]
                )
            }
        }
        return nil
    }

    /// Takes notice of a change in the database.
    func outcomesChanged() {
        state.withLock { $0.changed(at: .now) }
    }

    /// Keeps knowing how far everybody is, until the task is cancelled.
    ///
    /// - Parameter database: a connection to the database, used by others too.
    func watch(_ database: PostgresConnection) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watchDatabase(database) }
            for index in self.replicas.indices { group.addTask { await self.watchReplica(index) } }
        }
    }

    func close() async {
        for replica in replicas {
            await replica.pool.close()
            await replica.watch.close()
        }
    }

    private func watchDatabase(_ database: PostgresConnection) async {
        var last: LogPosition?
        while !Task.isCancelled {
            let instant = ContinuousClock.now
            let position = try? await database.perform { [last] (session) throws(PostgresError) in
                let (written, flushed) = try session.writePosition()
                if let last, !flushed.hasReached(last) { try session.flushLog() }
                return written
            }
            if let position { state.withLock { $0.databaseIs(at: position, instant) } }
            last = position
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func watchReplica(_ index: Int) async {
        var wasUsable = false
        while !Task.isCancelled {
            let position = try? await replicas[index].watch.perform { (session) throws(PostgresError) in
                try session.replayPosition()
            }
            let isUsable = state.withLock { state in
                state.replicaIs(index, at: position)
                return state.isUsable(index, at: .now)
            }
            if isUsable != wasUsable {
                logger.notice(
                    isUsable ? "A read replica is asked from now on" : "A read replica is passed over for now",
                    metadata: ["replica": "\(index + 1)", "answers": "\(position != nil)"]
                )
            }
            wasUsable = isUsable
            try? await Task.sleep(for: Self.interval)
        }
    }
}

extension PostgresConfiguration {
    fileprivate func ofReplica(_ url: String) -> PostgresConfiguration {
        var configuration = self
        configuration.url = url
        configuration.connectLimit = replicaTimeout
        configuration.statementTimeout = replicaTimeout
        configuration.answerGrace = .milliseconds(200)
        configuration.waitLimit = replicaTimeout
        return configuration
    }
}
