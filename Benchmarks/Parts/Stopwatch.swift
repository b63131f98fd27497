/// Times something that is done again and again.
struct Stopwatch {
    private let operation: () -> Void
    /// Operations in a round, which takes about ten milliseconds.
    private let repetitions: Int
    /// The least time that an operation took so far.
    private(set) var least = Duration.seconds(3600)

    init(_ operation: @escaping () -> Void) {
        self.operation = operation
        var repetitions = 1
        while Self.time(repetitions, of: operation) < .milliseconds(10) { repetitions *= 2 }
        self.repetitions = repetitions
    }

    /// Measures one more round.
    mutating func measureRound() {
        least = min(least, Self.time(repetitions, of: operation) / repetitions)
    }

    /// The least time an operation took over the rounds.
    static func leastTime(rounds: Int, of operation: @escaping () -> Void) -> Duration {
        var stopwatch = Stopwatch(operation)
        for _ in 0..<rounds { stopwatch.measureRound() }
        return stopwatch.least
    }

    private static func time(_ repetitions: Int, of operation: () -> Void) -> Duration {
        ContinuousClock().measure { for _ in 0..<repetitions { operation() } }
    }
}

/// Keeps the optimiser from leaving out work whose result nobody reads.
@inline(never)
func blackHole<Value>(_ value: Value) {}
