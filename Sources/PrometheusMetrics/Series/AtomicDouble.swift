import Synchronization

/// A floating-point number that several threads change at once, without a lock.
struct AtomicDouble: ~Copyable, Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var current = bits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: current) + amount
            let (isDone, found) = bits.weakCompareExchange(
                expected: current,
                desired: sum.bitPattern,
                ordering: .relaxed
            )
            if isDone { return }
            current = found
        }
    }
}
