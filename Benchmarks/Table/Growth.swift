/// How a time grows with the size of something.
struct Growth {
    /// What grows.
    let size: String
    /// The figures `curve.SIZE`, and what they time.
    let curves: [(figure: String, title: String)]

    static let all = [
        Growth(
            size: "events in memory",
            curves: [("growth.cached", "a verdict, request bytes to reply bytes")]
        ),
        Growth(
            size: "users in power levels",
            curves: [("growth.users", "a change of power levels"), ("growth.users_message", "a message")]
        ),
        Growth(
            size: "events in the chain",
            curves: [("growth.walk", "the walk"), ("growth.verify", "the verification by the rules")]
        ),
    ]

    /// A row a size, a column a curve.
    func table(_ figures: Figures) -> String {
        let series = curves.map { figures.series($0.figure) }
        let sizes = Set(series.joined().map(\.x)).sorted()
        guard !sizes.isEmpty else { return "\(size): not measured" }
        let rows = sizes.map { size in
            [size.text(digits: 1)]
                + series.map { points in
                    points.first { $0.x == size }.map { TableRow.Unit.nanoseconds.text($0.y) } ?? "–"
                }
        }
        return markdown([size] + curves.map(\.title), rows)
    }
}
