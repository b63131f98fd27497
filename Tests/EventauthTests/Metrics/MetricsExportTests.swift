import AuthGraph
import AuthorizationService
import EventTestSupport
import JSONRPC
import Logging
import MatrixEvents
import PostgresStore
import PrometheusMetrics
import Testing

@testable import eventauth

/// The page that the program's metrics make.
struct MetricsExportTests {
    private let export = MetricsExport()

    @Test
    func `every declared metric is on the page, under its help, and no other is`() async throws {
        try await runEverything()
        let declared = MetricDescription.ofProgram.sorted { $0.name < $1.name }
        let lines = export.lines
        #expect(lines.filter { $0.hasPrefix("# TYPE") } == declared.map { "# TYPE \($0.name) \($0.kind.word)" })
        #expect(lines.filter { $0.hasPrefix("# HELP") } == declared.map { "# HELP \($0.name) \($0.help)" })
    }

    @Test
    func `every series has the labels that are declared`() async throws {
        try await runEverything()
        for metric in MetricDescription.ofProgram {
            let names = ["", "_count"].map { metric.name + $0 }
            let series = export.lines.filter { line in names.contains(String(line.prefix { $0 != "{" && $0 != " " })) }
            #expect(!series.isEmpty, "\(metric.name)")
            for line in series { #expect(line.labelNames == metric.labels.sorted(), "\(line)") }
        }
    }

    @Test
    func `the figures of the graph are those of its statistics`() async throws {
        let graph = AuthGraph(store: MemoryEventStore())
        export.watch(graph)
        let room = try TestRoom.furnished(.v11)
        _ = graph.cited([room.create.id], in: room.id)
        #expect(export.lines.contains(#"eventauth_cache_misses_total{cache="cited"} 1"#))
        #expect(export.lines.contains(#"eventauth_cache_hits_total{cache="cited"} 0"#))
        _ = graph.cited([room.create.id], in: room.id)
        #expect(export.lines.contains(#"eventauth_cache_misses_total{cache="cited"} 2"#))
    }

    @Test
    func `the connections of each kind of work are told apart`() async {
        var configuration = PostgresConfiguration(url: "host=unused.invalid")
        configuration.connectionCount = 3
        configuration.streamConnectionCount = 1
        let store = PostgresStore(configuration: configuration, logger: .silent)
        export.watch(store)
        #expect(export.lines.contains(#"eventauth_database_connections{work="load"} 3"#))
        #expect(export.lines.contains(#"eventauth_database_connections{work="stream"} 1"#))
        #expect(export.lines.contains(#"eventauth_database_connections{work="write"} 2"#))
        #expect(export.lines.contains(#"eventauth_database_connections_in_use{work="load"} 0"#))
        await store.close()
    }

    /// Lets every part of the program that counts something do so once.
    private func runEverything() async throws {
        let graph = AuthGraph(store: MemoryEventStore())
        var configuration = PostgresConfiguration(url: "host=unused.invalid")
        configuration.replicaURLs = ["host=unused.invalid"]
        let store = PostgresStore(configuration: configuration, logger: .silent)
        export.watch(graph)
        export.watch(store)
        export.watch(connectionCount: { 1 }, waitingCount: { 2 })
        export.watch(LimitCounters())
        export.watch(try CredentialFile("/dev/null", logger: .silent))
        export.watchDropped(from: "traces") { 3 }
        export.reportDatabaseTime(.load, .milliseconds(1))
        let service = AuthorizationService(graph: graph, metrics: export.registry) { _ in "incident" }
        service.callMetrics.finished(FinishedCall(method: "auth.check", error: nil, duration: .milliseconds(1)))
        let params: TestJSON = ["event": .event(try TestRoom.furnished(.v11).create), "room_version": "11"]
        let message: TestJSON = ["jsonrpc": "2.0", "id": 1, "method": "auth.check", "params": params]
        let dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
        if case .waiting(let work) = dispatcher.respond(to: message.bytes, in: .local) { _ = await work() }
        await store.close()
    }
}

extension MetricsExport {
    /// The page line by line.
    fileprivate var lines: [String] {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

extension String {
    /// The names of a sample's labels.
    fileprivate var labelNames: [String] {
        guard let start = firstIndex(of: "{"), let end = lastIndex(of: "}") else { return [] }
        return self[index(after: start)..<end].split(separator: ",").map { String($0.prefix { $0 != "=" }) }
    }
}

extension Logger {
    fileprivate static let silent = Logger(label: "metrics-export-tests") { _ in SwiftLogNoOpLogHandler() }
}
