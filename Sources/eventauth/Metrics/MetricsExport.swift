import AuthGraph
import AuthorizationService
import JSONRPC
import Metrics
import PostgresStore
import PrometheusMetrics

/// The program's metrics, and where those come from that are counted elsewhere.
struct MetricsExport {
    /// Makes what the parts of the program count with, and writes the page.
    let registry: PrometheusRegistry
    private let databaseTimers: [DatabaseWork: Timer]

    init() {
        // Rules times room versions: more than a registry's own limit, and no more than the catalogue holds.
        let registry = PrometheusRegistry(MetricDescription.ofProgram, seriesLimit: 4_000)
        self.registry = registry
        databaseTimers = Dictionary(
            uniqueKeysWithValues: DatabaseWork.allCases.map { work in
                let labels = [("work", work.rawValue)]
                return (work, Timer(label: "eventauth_database_seconds", dimensions: labels, factory: registry))
            }
        )
        registry.onCollect { $0.set("eventauth_build_info", [("version", eventauthVersion)], to: 1) }
    }

    /// The page that Prometheus reads.
    var page: [UInt8] { registry.render() }

    /// Hears from a store how long its work with the database took.
    var reportDatabaseTime: @Sendable (DatabaseWork, Duration) -> Void {
        { [databaseTimers] work, time in databaseTimers[work]?.record(duration: time) }
    }

    /// Writes from now on what `graph` has in memory, and asks the store for.
    func watch(_ graph: AuthGraph) {
        registry.onCollect { metrics in
            let statistics = graph.statistics
            metrics.set(statistics.cited, ofCache: "cited")
            metrics.set(statistics.whole, ofCache: "whole")
            metrics.set("eventauth_cache_bytes", [("cache", "walks")], to: statistics.walkByteCount)
            metrics.set("eventauth_cache_rooms", to: statistics.roomCount)
            metrics.set("eventauth_cache_walks", to: statistics.walkCount)
            metrics.set("eventauth_store_queries_total", to: statistics.queryCount)
            metrics.set("eventauth_store_waiters", to: statistics.waiterCount)
        }
    }

    /// Writes from now on how much a server has to do.
    func watch(connectionCount: @escaping @Sendable () -> Int, waitingCount: @escaping @Sendable () -> Int) {
        registry.onCollect { metrics in
            metrics.set("eventauth_connections", to: connectionCount())
            metrics.set("eventauth_waiting_requests", to: waitingCount())
        }
    }

    /// Writes from now on how often each limit was met.
    func watch(_ limitsMet: LimitCounters) {
        registry.onCollect { metrics in
            for limit in LimitMet.allCases {
                metrics.set("eventauth_limits_met_total", [("limit", limit.rawValue)], to: limitsMet[limit])
            }
        }
    }

    /// Writes from now on how often callers were not known.
    func watch(_ credentials: CredentialFile) {
        registry.onCollect { $0.set("eventauth_authentication_failures_total", to: credentials.failureCount) }
    }

    /// Writes from now on how many lines of a file of the program's were left out.
    func watchDropped(from file: String, _ count: @escaping @Sendable () -> Int) {
        registry.onCollect { $0.set("eventauth_dropped_lines_total", [("file", file)], to: count()) }
    }

    /// Writes from now on how much of the connections of `store` is in use.
    func watch(_ store: PostgresStore) {
        registry.onCollect { metrics in
            for (work, pool) in store.statistics {
                let labels = [("work", work.rawValue)]
                metrics.set("eventauth_database_connections", labels, to: pool.connectionCount)
                metrics.set("eventauth_database_connections_in_use", labels, to: pool.inUseCount)
                metrics.set("eventauth_database_waiters", labels, to: pool.waiterCount)
            }
            for (index, replica) in store.replicaStatistics.enumerated() {
                let name = ("replica", "\(index + 1)")
                metrics.set("eventauth_replica_in_use", [name], to: replica.isInUse ? 1 : 0)
                metrics.set(
                    "eventauth_replica_loads_total",
                    [name, ("outcome", "answered")],
                    to: replica.answeredCount
                )
                metrics.set("eventauth_replica_loads_total", [name, ("outcome", "failed")], to: replica.failedCount)
            }
        }
    }
}

extension CollectedMetrics {
    fileprivate func set(_ statistics: CacheStatistics, ofCache cache: String) {
        let labels = [("cache", cache)]
        set("eventauth_cache_events", labels, to: statistics.eventCount)
        set("eventauth_cache_bytes", labels, to: statistics.byteCount)
        set("eventauth_cache_hits_total", labels, to: statistics.hitCount)
        set("eventauth_cache_misses_total", labels, to: statistics.missCount)
        set("eventauth_cache_evictions_total", labels, to: statistics.evictionCount)
    }
}
