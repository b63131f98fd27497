import PrometheusMetrics

extension MetricDescription {
    /// All metrics of the program. `docs/METRICS.md` holds the same table.
    static let ofProgram = ofCalls + ofServer + ofCache + ofStore + ofFiles

    private static let ofCalls = [
        MetricDescription("eventauth_build_info", .gauge, labels: ["version"], help: "1, under the program's version."),
        MetricDescription(
            "eventauth_requests_total",
            .counter,
            labels: ["method", "outcome"],
            help: "Requests and notifications carried out; the outcome is result, or the error's reason."
        ),
        MetricDescription(
            "eventauth_request_seconds",
            .histogram(bounds: [
                0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60,
            ]),
            labels: ["method", "outcome"],
            help: "Seconds from a message's arrival to its answer; the outcome is result or error."
        ),
        MetricDescription(
            "eventauth_decisions_total",
            .counter,
            labels: ["room_version", "verdict", "rule", "gate"],
            help: "Decisions on events, by the rule and the check that decided."
        ),
        MetricDescription(
            "eventauth_decision_queries",
            .histogram(bounds: [0, 1, 2, 3, 5, 10]),
            help: "Queries that a decision of auth.check waited for; none where memory held everything."
        ),
    ]

    private static let ofServer = [
        MetricDescription("eventauth_connections", .gauge, help: "Connections of clients that are open."),
        MetricDescription(
            "eventauth_waiting_requests",
            .gauge,
            help: "Requests that wait for the database or for long work."
        ),
        MetricDescription(
            "eventauth_limits_met_total",
            .counter,
            labels: ["limit"],
            help: "Requests refused and connections cut off, by the limit that they met."
        ),
        MetricDescription(
            "eventauth_authentication_failures_total",
            .counter,
            help: "Tokens shown that are unknown or expired."
        ),
    ]

    private static let ofCache = [
        MetricDescription("eventauth_cache_events", .gauge, labels: ["cache"], help: "Events in memory."),
        MetricDescription(
            "eventauth_cache_bytes",
            .gauge,
            labels: ["cache"],
            help: "Bytes in memory of events and of remembered walks."
        ),
        MetricDescription(
            "eventauth_cache_hits_total",
            .counter,
            labels: ["cache"],
            help: "Look-ups of events that were in memory."
        ),
        MetricDescription(
            "eventauth_cache_misses_total",
            .counter,
            labels: ["cache"],
            help: "Look-ups of events that were not in memory, or not known any more to be rejected or not."
        ),
        MetricDescription(
            "eventauth_cache_evictions_total",
            .counter,
            labels: ["cache"],
            help: "Events that were taken out of memory for others."
        ),
        MetricDescription("eventauth_cache_rooms", .gauge, help: "Rooms that have events in memory."),
        MetricDescription(
            "eventauth_cache_walks",
            .gauge,
            help: "Complete walks over auth chains that are remembered."
        ),
    ]

    private static let ofFiles = [
        MetricDescription(
            "eventauth_dropped_lines_total",
            .counter,
            labels: ["file"],
            help:
                "Decisions and spans left out of their files: more than 2,000 decisions waited at once, or the disk did not keep up."
        )
    ]

    private static let ofStore = [
        MetricDescription(
            "eventauth_store_queries_total",
            .counter,
            help: "Queries for events and chains, of whichever store."
        ),
        MetricDescription("eventauth_store_waiters", .gauge, help: "Callers that wait for events from the store."),
        MetricDescription(
            "eventauth_database_connections",
            .gauge,
            labels: ["work"],
            help: "Connections that the pool for this kind of work may hold."
        ),
        MetricDescription(
            "eventauth_database_connections_in_use",
            .gauge,
            labels: ["work"],
            help: "Connections of the pool that are in use."
        ),
        MetricDescription(
            "eventauth_database_waiters",
            .gauge,
            labels: ["work"],
            help: "Callers that wait for a connection of the pool."
        ),
        MetricDescription(
            "eventauth_database_seconds",
            .histogram(bounds: [0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 60]),
            labels: ["work"],
            help: "Seconds that work with the database took on its connection, whether it succeeded or not."
        ),
        MetricDescription(
            "eventauth_replica_in_use",
            .gauge,
            labels: ["replica"],
            help: "1 where the read replica is asked at present, 0 while it rests since it failed."
        ),
        MetricDescription(
            "eventauth_replica_loads_total",
            .counter,
            labels: ["replica", "outcome"],
            help: "Look-ups that a read replica answered, and those that had to be made elsewhere since it failed."
        ),
    ]
}
