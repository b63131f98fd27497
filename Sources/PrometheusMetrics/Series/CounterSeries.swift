import CoreMetrics
import Synchronization

/// One series of a counter. What would make it go down is left out: a counter that sinks looks like a restart.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let count = Atomic<Int64>(0)
    /// What was added in fractions, for those who count in them.
    private let fractions = AtomicDouble()

    var value: Double { Double(count.load(ordering: .relaxed)) + fractions.value }

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fractions.add(amount)
    }

    func reset() { set(0) }

    /// Sets the count to what somebody else has counted.
    func set(_ value: Int64) {
        count.store(value, ordering: .relaxed)
        fractions.set(0)
    }
}
