/// How many databases like the one measured a number of verdicts asks for.
enum Capacity {
    private static let verdictRates = [1_000.0, 1_000_000]
    /// Verdicts that find all they need in memory.
    private static let hitRates = [0, 0.9, 0.99, 0.999]
    /// What a verdict asks for that finds nothing.
    private static let referenceCount = 5.0

    /// A row a rate of verdicts, a column a hit rate.
    static func table(_ figures: Figures) -> String {
        guard let idRate = figures["pgbench.8.ids"] else { return "databases: not measured" }
        let head = ["verdicts/s"] + hitRates.map { "hit rate \(percent($0))" }
        let rows = verdictRates.map { verdictRate in
            [verdictRate.text(digits: 1)]
                + hitRates.map { hitRate in
                    let ids = verdictRate * (1 - hitRate) * referenceCount
                    return "\(ids.text(digits: 1)) (\((ids / idRate).text(digits: 2)))"
                }
        }
        return "Ids a second that PostgreSQL is asked for, and as how many databases like the one measured:\n\n"
            + markdown(head, rows)
    }

    private static func percent(_ part: Double) -> String {
        let text = (part * 100).text(digits: 3)
        return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
    }
}
