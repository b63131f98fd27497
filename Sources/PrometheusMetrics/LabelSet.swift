/// The labels of one series, valid and in the order of their names: whoever gives them in another order means the same
/// series.
struct LabelSet: Hashable {
    struct Label: Hashable {
        let name: String
        let value: String
    }

    let labels: [Label]

    /// Of labels that have one name, the first one counts: a page that has both would be refused as a whole.
    init(_ dimensions: [(String, String)]) {
        var labels: [Label] = []
        for (name, value) in dimensions {
            let name = MetricName.label(name)
            guard !labels.contains(where: { $0.name == name }) else { continue }
            labels.append(Label(name: name, value: value))
        }
        self.labels = labels.sorted { $0.name < $1.name }
    }

    /// The labels of the series that takes in what no series is left for.
    var other: LabelSet { LabelSet(labels.map { ($0.name, "other") }) }
}

extension LabelSet: Comparable {
    static func < (one: LabelSet, other: LabelSet) -> Bool {
        one.labels.lexicographicallyPrecedes(other.labels) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}
