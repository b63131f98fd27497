/// The values of a metric under one set of labels.
enum Series {
    case counter(CounterSeries)
    case gauge(GaugeSeries)
    case histogram(HistogramSeries)

    init(of kind: MetricDescription.Kind) {
        switch kind {
        case .counter: self = .counter(CounterSeries())
        case .gauge: self = .gauge(GaugeSeries())
        case .histogram(let bounds): self = .histogram(HistogramSeries(bounds: bounds))
        }
    }

    /// Whether `handler` is the one that the series is changed by.
    func isHandled(by handler: AnyObject) -> Bool {
        switch self {
        case .counter(let series): series === handler
        case .gauge(let series): series === handler
        case .histogram(let series): series === handler
        }
    }
}
