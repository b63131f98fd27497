package import CoreMetrics
import Synchronization

/// Keeps what the program counts, and writes it as Prometheus reads it.
///
/// Handlers are made under a lock, once for each name and labels, and change their numbers without one.
package final class PrometheusRegistry: Sendable {
    private let families: Mutex<MetricFamilies>
    private let collectors = Mutex<[@Sendable (CollectedMetrics) -> Void]>([])

    /// - Parameters:
    ///   - declared: gives help and buckets. A metric that is not among them works without.
    ///   - seriesLimit: how many series a metric may have. What comes after them is counted in one more, whose labels
    ///     all have the value "other".
    package init(_ declared: [MetricDescription] = [], seriesLimit: Int = 1_000) {
        families = Mutex(MetricFamilies(declared, seriesLimit: max(1, seriesLimit)))
    }

    /// Calls `collect` whenever the metrics are about to be written, for it to set those that are counted elsewhere.
    package func onCollect(_ collect: @escaping @Sendable (CollectedMetrics) -> Void) {
        collectors.withLock { $0.append(collect) }
    }

    /// All metrics in the text format, version 0.0.4.
    package func render() -> [UInt8] {
        let collected = CollectedMetrics(registry: self)
        for collect in collectors.withLock({ $0 }) { collect(collected) }
        var text = TextFormat()
        for family in families.withLock(\.inOrder) { text.write(family) }
        return text.bytes
    }

    fileprivate func series(
        _ name: String,
        _ dimensions: [(String, String)],
        undeclared kind: MetricDescription.Kind
    ) -> Series {
        families.withLock { $0.series(name, dimensions, undeclared: kind) }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { $0.remove(handler) }
    }
}

/// Takes the values of metrics that are counted elsewhere.
package struct CollectedMetrics: Sendable {
    fileprivate let registry: PrometheusRegistry

    /// Sets a gauge, or a counter that was declared as one. A histogram cannot be set.
    package func set(_ name: String, _ labels: [(String, String)] = [], to value: Int) {
        switch registry.series(name, labels, undeclared: .gauge) {
        case .counter(let counter): counter.set(Int64(value))
        case .gauge(let gauge): gauge.set(Int64(value))
        case .histogram: return
        }
    }
}

/// A name that is taken by a metric of another kind gets a handler of its own, which is not written: two kinds under one
/// name would spoil the page.
extension PrometheusRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions, .amounts) : gauge(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, .durations)
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        guard case .counter(let series) = series(label, dimensions, undeclared: .counter) else {
            return CounterSeries()
        }
        return series
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        guard case .gauge(let series) = series(label, dimensions, undeclared: .gauge) else { return GaugeSeries() }
        return series
    }

    private func histogram(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricDescription.Kind
    ) -> HistogramSeries {
        guard case .histogram(let series) = series(label, dimensions, undeclared: kind) else {
            return HistogramSeries(bounds: [])
        }
        return series
    }
}
