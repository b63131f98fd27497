import Metrics
import PrometheusMetrics
import Testing

/// Which series there are, and who counts in them.
struct RegistryTests {
    @Test
    func `one name with the same labels is one series, whatever their order`() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(registry.samples == [#"c{a="1",b="2"} 2"#])
        let first = registry.makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")])
        #expect(first === registry.makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")]))
    }

    @Test
    func `what comes after the last series is counted in one for all others`() {
        let registry = PrometheusRegistry(seriesLimit: 2)
        for value in 0..<10 { Counter(label: "c", dimensions: [("v", "\(value)")], factory: registry).increment() }
        #expect(registry.samples == [#"c{v="0"} 1"#, #"c{v="1"} 1"#, #"c{v="other"} 8"#])
    }

    @Test
    func `a series called "other" takes in the others`() {
        let registry = PrometheusRegistry(seriesLimit: 2)
        for value in ["other", "0", "1", "2", "other", "3"] {
            Counter(label: "c", dimensions: [("v", value)], factory: registry).increment()
        }
        let total = registry.samples.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
        #expect(total == 6)
        #expect(registry.samples.filter { $0.contains("other") } == [#"c{v="other"} 4"#])
    }

    @Test
    func `the series for all others has the declared labels`() {
        let declared = MetricDescription("c", .counter, labels: ["b", "a"], help: "")
        let registry = PrometheusRegistry([declared], seriesLimit: 1)
        for value in 0..<3 { Counter(label: "c", dimensions: [("z", "\(value)")], factory: registry).increment() }
        #expect(registry.samples == [#"c{a="other",b="other"} 2"#, #"c{z="0"} 1"#])
    }

    @Test
    func `a destroyed series is gone, and begins at zero when it comes again`() {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "c", factory: registry)
        counter.increment(by: 5)
        counter.destroy()
        #expect(registry.page == "")
        Counter(label: "c", factory: registry).increment()
        #expect(registry.samples == ["c 1"])
    }

    @Test
    func `the other kinds can be destroyed too`() {
        let registry = PrometheusRegistry()
        let (timer, recorder) = (Timer(label: "t", factory: registry), Recorder(label: "r", factory: registry))
        let (meter, fractions) = (
            Meter(label: "m", factory: registry), FloatingPointCounter(label: "f", factory: registry)
        )
        #expect(registry.lines.filter { $0.hasPrefix("# TYPE") }.count == 4)
        timer.destroy()
        recorder.destroy()
        meter.destroy()
        fractions.destroy()
        #expect(registry.page == "")
    }

    @Test
    func `a counter never goes down`() {
        let registry = PrometheusRegistry()
        let counter = registry.makeCounter(label: "c", dimensions: [])
        counter.increment(by: 3)
        counter.increment(by: -2)
        let fractions = registry.makeFloatingPointCounter(label: "c", dimensions: [])
        fractions.increment(by: 0.5)
        fractions.increment(by: -0.25)
        fractions.increment(by: .nan)
        #expect(registry.samples == ["c 3.5"])
        counter.reset()
        #expect(registry.samples == ["c 0"])
    }

    @Test
    func `a name that is taken by another kind is not written twice`() {
        let registry = PrometheusRegistry()
        Counter(label: "x", factory: registry).increment()
        Timer(label: "x", factory: registry).recordNanoseconds(1)
        Meter(label: "x", factory: registry).set(9)
        #expect(registry.lines == ["# TYPE x counter", "x 1"])
    }

    @Test(arguments: [
        ("a.b-c", "a_b_c"), ("1st", "_1st"), ("", "_"), ("ns:x", "ns:x"), ("süß", "s____"),
    ])
    func `names are made valid`(name: String, valid: String) {
        let registry = PrometheusRegistry()
        Counter(label: name, factory: registry).increment()
        #expect(registry.samples == ["\(valid) 1"])
    }

    @Test(arguments: [("a:b", "a_b"), ("le", "le_"), ("__name__", "_name__"), ("9", "_9"), ("", "_")])
    func `names of labels are made valid`(name: String, valid: String) {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [(name, "v"), (name, "w")], factory: registry).increment()
        #expect(registry.samples == [#"c{\#(valid)="v"} 1"#])
    }

    @Test
    func `what is counted elsewhere is read whenever the page is written`() {
        let declared = MetricDescription("elsewhere_total", .counter, help: "")
        let registry = PrometheusRegistry([declared, MetricDescription("h", .histogram(bounds: [1]), help: "")])
        registry.onCollect { metrics in
            metrics.set("elsewhere_total", to: 12)
            metrics.set("now", [("pool", "loads")], to: -1)
            metrics.set("h", to: 3)
        }
        let counter = ["# TYPE elsewhere_total counter", "elsewhere_total 12"]
        #expect(Array(registry.lines.prefix(2)) == counter)
        #expect(registry.lines.suffix(2) == ["# TYPE now gauge", #"now{pool="loads"} -1"#])
        #expect(Array(registry.lines.prefix(2)) == counter)
    }

    @Test
    func `nothing is lost when many count at once`() async {
        let registry = PrometheusRegistry([MetricDescription("r", .histogram(bounds: [1]), help: "")])
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = FloatingPointCounter(label: "c", factory: registry)
                    let recorder = Recorder(label: "r", factory: registry)
                    for _ in 0..<1_000 {
                        counter.increment(by: 0.5)
                        recorder.record(2)
                    }
                }
            }
        }
        #expect(registry.samples.contains("c 4000"))
        #expect(registry.samples.contains("r_sum 16000"))
        #expect(registry.samples.contains("r_count 8000"))
    }
}
