extension TableRow {
    /// The rows, in order. What a row means stands in docs/PERFORMANCE.md.
    static let all = decisions + bytes + sockets + stores + growth

    private static let decisions = [
        TableRow(
            title: "decide a message, state at hand",
            measured: "decide.message",
            unit: .nanoseconds,
            goal: .atMost(150)
        ),
        TableRow(
            title: "decide a join, state at hand",
            measured: "decide.join",
            unit: .nanoseconds,
            goal: .atMost(300)
        ),
        TableRow(
            title: "decide a power-levels change of 1,000 users, state at hand",
            measured: "decide.power_levels",
            unit: .nanoseconds,
            goal: .atMost(30_000)
        ),
    ]

    private static let bytes = [
        TableRow(
            title: "read the JSON of an event",
            measured: "json.read",
            unit: .nanoseconds,
            beside: ("JSONDecoder", "json.decoder"),
            goal: .timesFaster(20)
        ),
        TableRow(
            title: "request bytes to reply bytes, warm",
            measured: "request.reply",
            unit: .nanoseconds,
            beside: ("SHA-256 of the request", "request.sha256"),
            goal: .timesAtMost(6)
        ),
    ]

    private static let sockets = [
        TableRow(
            title: "verdicts over a unix socket, 4 connections, 1 in flight",
            measured: "verdicts.4x1",
            unit: .perSecond("requests"),
            beside: ("echo", "echo.4x1"),
            goal: .timesAtLeast(0.85)
        ),
        TableRow(
            title: "verdicts over a unix socket, 4 connections, 32 in flight",
            measured: "verdicts.4x32",
            unit: .perSecond("requests"),
            beside: ("echo", "echo.4x32"),
            goal: .timesAtLeast(0.4)
        ),
        TableRow(
            title: "verdicts by HTTP, 32 connections",
            measured: "verdicts.http",
            unit: .perSecond("requests"),
            beside: ("bare HTTP", "bare.http"),
            goal: .timesAtLeast(0.8)
        ),
        TableRow(
            title: "batches of 100",
            measured: "verdicts.batches",
            unit: .perSecond("verdicts"),
            beside: ("single calls in flight", "verdicts.4x32"),
            goal: .timesAtLeast(1.5)
        ),
        TableRow(
            title: "p99 at half of the greatest load",
            measured: "verdicts.paced.p99",
            unit: .nanoseconds,
            beside: ("echo at that rate", "echo.paced.p99"),
            goal: .timesAtMost(3)
        ),
        TableRow(
            title: "processor time a verdict, 3 processes behind HAProxy",
            measured: "scaling.cpu.3",
            unit: .nanoseconds,
            beside: ("1 process", "scaling.cpu.1"),
            goal: .timesAtMost(1.1)
        ),
    ]

    private static let stores = [
        TableRow(
            title: "cold verdict, 5 references, one client",
            measured: "cold.1.mean",
            unit: .nanoseconds,
            beside: ("its query through libpq", "query.1.mean"),
            goal: .timesAtMost(1.5)
        ),
        TableRow(
            title: "cold verdicts, 64 in flight",
            measured: "cold.64.ids",
            unit: .perSecond("ids"),
            beside: ("pgbench, 8 clients", "pgbench.8.ids"),
            goal: .timesAtLeast(2)
        ),
        TableRow(title: "a cached member event", measured: "member", unit: .bytes, goal: .atMost(300)),
        TableRow(
            title: "graph.chain from a cold cache",
            measured: "chain.walk",
            unit: .nanoseconds,
            beside: ("COPY of the same rows", "chain.copy"),
            goal: .timesAtMost(2)
        ),
        TableRow(
            title: "a whole chain verified with signatures",
            measured: "chain.signatures",
            unit: .nanoseconds,
            beside: ("Ed25519 alone, all cores", "chain.ed25519"),
            goal: .timesAtMost(1.2)
        ),
    ]

    private static let growth = [
        TableRow(
            title: "a verdict with 1,000,000 cached events",
            measured: "growth.cached.1000000",
            unit: .nanoseconds,
            beside: ("with 10", "growth.cached.10"),
            goal: .timesAtMost(2)
        ),
        TableRow(
            title: "a power-levels change, 10,000 users",
            measured: "growth.users.10000",
            unit: .nanoseconds,
            beside: ("1,000 users", "growth.users.1000"),
            goal: .timesAtMost(15)
        ),
        TableRow(
            title: "the walk of a chain of 200,000",
            measured: "growth.walk.200000",
            unit: .nanoseconds,
            beside: ("of 10,000", "growth.walk.10000"),
            goal: .timesAtMost(30)
        ),
        TableRow(
            title: "the verification of a chain of 200,000",
            measured: "growth.verify.200000",
            unit: .nanoseconds,
            beside: ("of 10,000", "growth.verify.10000"),
            goal: .timesAtMost(30)
        ),
    ]
}
