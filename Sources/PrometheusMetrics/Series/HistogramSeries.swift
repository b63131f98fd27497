import CoreMetrics
import Synchronization

/// One series of a histogram. What is recorded costs two atomics: the bucket's count, and the sum.
final class HistogramSeries: RecorderHandler, TimerHandler {
    /// What a histogram holds at one moment.
    struct Reading {
        /// How many values there are up to each bound.
        let cumulativeCounts: [Int]
        let count: Int
        let sum: Double
    }

    /// A count that stands in memory of its own.
    private final class Bucket: Sendable {
        let count = Atomic<Int>(0)
    }

    let bounds: [Double]
    /// One a bound, and one for what is above them all.
    private let buckets: [Bucket]
    // Sums by the unit in which they come in, so that whole numbers are added at once.
    private let whole = Atomic<Int64>(0)
    private let nanoseconds = Atomic<Int64>(0)
    private let fractions = AtomicDouble()

    /// - Parameter bounds: in any order; those that are no finite numbers are left out.
    init(bounds: [Double]) {
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
        buckets = (0...self.bounds.count).map { _ in Bucket() }
    }

    func record(_ value: Int64) {
        count(Double(value))
        whole.wrappingAdd(value, ordering: .relaxed)
    }

    /// What is no finite number is left out: a sum would never recover from it.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        count(value)
        fractions.add(value)
    }

    /// A clock that went back makes a duration of none.
    func recordNanoseconds(_ duration: Int64) {
        let duration = max(0, duration)
        count(Double(duration) / 1e9)
        nanoseconds.wrappingAdd(duration, ordering: .relaxed)
    }

    /// Read while others record: the counts agree with each other, and the sum may be some values ahead or behind.
    var reading: Reading {
        var total = 0
        let cumulative = buckets.map { bucket in
            total += bucket.count.load(ordering: .relaxed)
            return total
        }
        let sum =
            Double(whole.load(ordering: .relaxed)) + Double(nanoseconds.load(ordering: .relaxed)) / 1e9
            + fractions.value
        return Reading(cumulativeCounts: cumulative.dropLast(), count: total, sum: sum)
    }

    private func count(_ value: Double) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
    }
}
