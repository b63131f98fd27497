import PrometheusMetrics
import Testing

@testable import eventauth

/// The table of all metrics, in the program and in the documentation.
struct MetricsTableTests {
    @Test
    func `the documentation holds the table that the program declares`() throws {
        let documented = try rowsOfTables(in: "docs/METRICS.md")
        #expect(documented == MetricDescription.ofProgram.map(\.row))
    }

    @Test
    func `no metric is declared twice, and counters are named as such`() {
        let metrics = MetricDescription.ofProgram
        #expect(Set(metrics.map(\.name)).count == metrics.count)
        for metric in metrics {
            #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            #expect(metric.name.hasPrefix("eventauth_") && !metric.help.isEmpty, "\(metric.name)")
        }
    }
}

extension MetricDescription {
    /// The metric's line of the documentation.
    fileprivate var row: String {
        let labels = labels.map { "`\($0)`" }.joined(separator: ", ")
        return "| `\(name)` | \(kind.word) | \(labels) | \(help) |"
    }
}
