/// All metrics and their series, each made when it is first asked for.
struct MetricFamilies {
    private let declared: [String: MetricDescription]
    private let seriesLimit: Int
    private var families: [String: MetricFamily] = [:]

    /// - Parameter seriesLimit: how many series a metric may have, beside the one for all others.
    init(_ declared: [MetricDescription], seriesLimit: Int) {
        self.seriesLimit = seriesLimit
        self.declared = Dictionary(declared.map { (MetricName.metric($0.name), $0) }) { first, _ in first }
    }

    /// In the order of their names.
    var inOrder: [MetricFamily] { families.values.sorted { $0.name < $1.name } }

    /// - Parameter kind: of which kind the metric is if nothing was declared of it.
    mutating func series(
        _ name: String,
        _ dimensions: [(String, String)],
        undeclared kind: MetricDescription.Kind
    ) -> Series {
        let name = MetricName.metric(name)
        let new = MetricFamily(name, declared[name] ?? MetricDescription(name, kind, help: ""))
        return families[name, default: new].series(LabelSet(dimensions), limit: seriesLimit)
    }

    /// Takes out the series that `handler` changes.
    mutating func remove(_ handler: AnyObject) {
        for name in families.keys where families[name]?.remove(handler) == true { return }
    }
}

/// One metric with its series.
struct MetricFamily {
    /// The name as it is written.
    let name: String
    let description: MetricDescription
    private(set) var series: [LabelSet: Series] = [:]
    /// Takes in what no series of its own is left for.
    private(set) var overflow: (labels: LabelSet, series: Series)?

    init(_ name: String, _ description: MetricDescription) {
        self.name = name
        self.description = description
    }

    /// In the order of their labels.
    var inOrder: [(labels: LabelSet, series: Series)] {
        let all = series.map { (labels: $0.key, series: $0.value) } + (overflow.map { [$0] } ?? [])
        return all.sorted { $0.labels < $1.labels }
    }

    mutating func series(_ labels: LabelSet, limit: Int) -> Series {
        if let known = series[labels] { return known }
        if let overflow, series.count >= limit || labels == overflow.labels { return overflow.series }
        guard series.count < limit else { return makeOverflow(for: labels) }
        let new = Series(of: description.kind)
        series[labels] = new
        return new
    }

    /// Where somebody has made a series under the labels that stand for all others, that one takes them in.
    private mutating func makeOverflow(for labels: LabelSet) -> Series {
        let names = description.labels
        let other = (names.isEmpty ? labels : LabelSet(names.map { ($0, "") })).other
        let taken = series.removeValue(forKey: other) ?? Series(of: description.kind)
        overflow = (other, taken)
        return taken
    }

    /// Whether the series that `handler` changes was one of the metric's own. That for all others stays: it is nobody's.
    fileprivate mutating func remove(_ handler: AnyObject) -> Bool {
        guard let index = series.firstIndex(where: { $0.value.isHandled(by: handler) }) else { return false }
        series.remove(at: index)
        return true
    }
}
