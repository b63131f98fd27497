/// Times something that is done again and again.
enum Stopwatch {
    /// The least time an operation took over the rounds, each of which takes about ten milliseconds.
    static func leastTime(rounds: Int, of operation: () -> Void) -> Duration {
        let clock = ContinuousClock()
        var repetitions = 1
        while clock.measure({ for _ in 0..<repetitions { operation() } }) < .milliseconds(10) { repetitions *= 2 }
        var least = Duration.seconds(3600)
        for _ in 0..<rounds {
            least = min(least, clock.measure { for _ in 0..<repetitions { operation() } } / repetitions)
        }
        return least
    }
}

/// Keeps the optimiser from leaving out work whose result nobody reads.
@inline(never)
func blackHole<Value>(_ value: Value) {}
