import Metrics
import PrometheusMetrics
import Testing

/// The page that Prometheus reads.
struct TextFormatTests {
    @Test
    func `a counter has its help, its type and its labels`() {
        let description = MetricDescription("calls_total", .counter, labels: ["method"], help: "Calls, all of\nthem.")
        let registry = PrometheusRegistry([description])
        let counter = Counter(label: "calls_total", dimensions: [("method", "auth.check")], factory: registry)
        counter.increment()
        counter.increment(by: 41)
        let expected = """
            # HELP calls_total Calls, all of\\nthem.
            # TYPE calls_total counter
            calls_total{method="auth.check"} 42

            """
        #expect(registry.page == expected)
    }

    @Test
    func `label values are escaped`() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("v", "a\\b\"c\nd\r\ne")], factory: registry).increment()
        #expect(registry.lines.last == #"c{v="a\\b\"c\nd"# + "\r" + #"\ne"} 1"#)
    }

    @Test
    func `a timer is a histogram in seconds`() {
        let registry = PrometheusRegistry([MetricDescription("t", .histogram(bounds: [0.005, 1]), help: "Time.")])
        let timer = Timer(label: "t", factory: registry)
        timer.recordNanoseconds(5_000_000)
        timer.recordNanoseconds(5_000_001)
        timer.recordNanoseconds(2_000_000_000)
        let expected = [
            #"t_bucket{le="0.005"} 1"#, #"t_bucket{le="1"} 2"#, #"t_bucket{le="+Inf"} 3"#, "t_sum 2.010000001",
            "t_count 3",
        ]
        #expect(registry.lines.suffix(5) == expected)
    }

    @Test
    func `a recorder is a histogram, whole numbers and fractions together`() {
        let registry = PrometheusRegistry([MetricDescription("r", .histogram(bounds: [2, 0, .nan, 2]), help: "")])
        let recorder = Recorder(label: "r", factory: registry)
        recorder.record(0)
        recorder.record(3)
        recorder.record(1.5)
        recorder.record(Double.nan)
        recorder.record(Double.infinity)
        let expected = [
            "# TYPE r histogram", #"r_bucket{le="0"} 1"#, #"r_bucket{le="2"} 2"#, #"r_bucket{le="+Inf"} 3"#,
            "r_sum 4.5", "r_count 3",
        ]
        #expect(registry.lines == expected)
    }

    @Test
    func `a meter goes up and down, and a gauge holds what was last set`() {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "m", factory: registry)
        meter.set(7)
        meter.increment(by: 1)
        meter.decrement(by: 2.5)
        let gauge = Gauge(label: "g", factory: registry)
        gauge.record(1)
        gauge.record(-3)
        #expect(registry.lines == ["# TYPE g gauge", "g -3", "# TYPE m gauge", "m 5.5"])
    }

    @Test(arguments: [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300")])
    func `numbers are written as Go reads them`(value: Double, text: String) {
        let registry = PrometheusRegistry()
        Meter(label: "m", factory: registry).set(value)
        #expect(registry.lines.last == "m \(text)")
    }

    @Test
    func `metrics stand in the order of their names, series in that of their labels`() {
        let registry = PrometheusRegistry()
        for (name, value) in [("b", "2"), ("a", "1"), ("b", "1")] {
            Counter(label: name, dimensions: [("v", value)], factory: registry).increment()
        }
        #expect(registry.samples == [#"a{v="1"} 1"#, #"b{v="1"} 1"#, #"b{v="2"} 1"#])
    }
}

extension PrometheusRegistry {
    /// What is rendered, as text.
    var page: String { String(decoding: render(), as: UTF8.self) }

    /// The page line by line.
    var lines: [String] { page.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) } }

    /// The lines that hold values.
    var samples: [String] { lines.filter { !$0.hasPrefix("#") } }
}
