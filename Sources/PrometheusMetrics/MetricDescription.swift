/// What is declared of a metric, once and as data: how it is written, and what it means.
package struct MetricDescription: Sendable {
    package enum Kind: Sendable, Equatable {
        case counter
        case gauge
        /// The buckets' upper bounds, inclusive, without the last one, which is infinite. Durations are in seconds.
        case histogram(bounds: [Double])
    }

    package let name: String
    package let kind: Kind
    package let help: String
    /// The names of its labels.
    package let labels: [String]

    package init(_ name: String, _ kind: Kind, labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
    }
}

extension MetricDescription.Kind {
    /// The word for it in a `# TYPE` line.
    package var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    /// Of durations that nothing was declared of: from a tenth of a millisecond to ten seconds.
    static let durations = Self.histogram(bounds: [
        0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10,
    ])

    /// Of other values that nothing was declared of.
    static let amounts = Self.histogram(bounds: [1, 2, 5, 10, 20, 50, 100, 1_000, 10_000, 100_000, 1_000_000])
}
