import AuthGraph
import Logging
import MatrixEvents
import Synchronization

/// Standbys of the database, asked for events by their ids in its place.
///
/// An event never changes and its id shows whether it is the one, so what a standby has of it is right, however far behind
/// the standby is and whatever it follows. Nothing else is taken from it: whether an event is stored, and whether it counts
/// as rejected, is the database's word alone. What a standby lacks is asked of the database.
///
/// A replica that fails is passed over, for the next one and in the end for the database, and is tried again later. Writes,
/// whole chains, keys and the state of the schema are the database's alone.
final class ReadReplicas: Sendable {
    private let pools: [PostgresPool]
    private let state: Mutex<ReplicaState>
    private let logger: Logger

    /// A look-up that has taken so long tries no other replica: whoever waits for it is to hear of the database in time.
    private static let timeForReplicas: Duration = .milliseconds(500)

    init(_ configuration: PostgresConfiguration, logger: Logger) {
        pools = configuration.replicaURLs.enumerated().map { index, url in
            var logger = logger
            logger[metadataKey: "replica"] = "\(index + 1)"
            return PostgresPool(configuration: configuration.ofReplica(url), logger: logger)
        }
        state = Mutex(
            ReplicaState(count: pools.count, pause: BackOff(first: .milliseconds(500), longest: .seconds(10)))
        )
        self.logger = logger
    }

    var statistics: [ReplicaStatistics] { state.withLock { $0.statistics(at: .now) } }

    /// How much of the replicas' connections is in use now.
    var poolStatistics: PoolStatistics {
        let statistics = pools.map(\.statistics)
        return PoolStatistics(
            connectionCount: statistics.reduce(0) { $0 + $1.connectionCount },
            inUseCount: statistics.reduce(0) { $0 + $1.inUseCount },
            waiterCount: statistics.reduce(0) { $0 + $1.waiterCount }
        )
    }

    /// Runs `body` on a replica, and gives what it gave; `nil` where none can be asked.
    func lookUp<Value: Sendable>(
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async -> Value? {
        let start = ContinuousClock.now
        while start.duration(to: .now) < Self.timeForReplicas, let index = state.withLock({ $0.take(at: .now) }) {
            do throws(PostgresError) {
                let value = try await pools[index].perform(body)
                state.withLock { $0.finished(index, at: .now, failed: false) }
                return value
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

    func close() async {
        for pool in pools { await pool.close() }
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
