import Foundation

/// A row of the table: a figure, what it is held against, and how far it is to come.
struct TableRow {
    /// What a figure counts.
    enum Unit {
        case nanoseconds
        case bytes
        case perSecond(String)
    }

    /// How far a figure is to come.
    enum Goal {
        /// The figure itself, whatever it stands beside.
        case atMost(Double)
        /// So many times what it stands beside, or less.
        case timesAtMost(Double)
        /// So many times what it stands beside, or more.
        case timesAtLeast(Double)
        /// What it stands beside takes so many times as long, or longer.
        case timesFaster(Double)
    }

    let title: String
    let measured: String
    let unit: Unit
    /// What it stands beside, in words, and the name of that figure.
    var beside: (title: String, figure: String)?
    let goal: Goal
}

extension TableRow {
    /// The row as it is printed: title, measured, beside what, ratio, to reach, reached.
    func cells(_ figures: Figures) -> [String] {
        let value = figures[measured]
        let other = beside.flatMap { figures[$0.figure] }
        let ratio = value.flatMap { value in other.map { self.ratio(of: value, to: $0) } }
        return [
            title,
            value.map { unit.text($0) } ?? "not measured",
            beside.map { "\($0.title): \(other.map { unit.text($0) } ?? "not measured")" } ?? "–",
            ratio.map { $0.text(digits: 3) } ?? "–",
            goalText,
            isReached(value, ratio).map { $0 ? "yes" : "no" } ?? "–",
        ]
    }

    private func ratio(of value: Double, to other: Double) -> Double {
        if case .timesFaster = goal { return other / value }
        return value / other
    }

    private func isReached(_ value: Double?, _ ratio: Double?) -> Bool? {
        switch goal {
        case .atMost(let limit): value.map { $0 <= limit }
        case .timesAtMost(let limit): ratio.map { $0 <= limit }
        case .timesAtLeast(let limit), .timesFaster(let limit): ratio.map { $0 >= limit }
        }
    }

    private func plain(_ number: Double) -> String { String(format: "%g", number) }

    private var goalText: String {
        switch goal {
        case .atMost(let limit): "at most \(unit.text(limit, digits: 2))"
        case .timesAtMost(let limit): "at most \(plain(limit)) ×"
        case .timesAtLeast(let limit): "at least \(plain(limit)) ×"
        case .timesFaster(let limit): "\(plain(limit)) × faster"
        }
    }
}

extension TableRow.Unit {
    /// `value` with its unit, so many digits of it.
    func text(_ value: Double, digits: Int = 3) -> String {
        switch self {
        case .nanoseconds where value < 1e3: value.text(digits: digits) + " ns"
        case .nanoseconds where value < 1e6: (value / 1e3).text(digits: digits) + " µs"
        case .nanoseconds where value < 1e9: (value / 1e6).text(digits: digits) + " ms"
        case .nanoseconds: (value / 1e9).text(digits: digits) + " s"
        case .bytes: value.text(digits: digits) + " bytes"
        case .perSecond(let what): value.text(digits: digits) + " \(what)/s"
        }
    }
}

extension Double {
    /// So many digits that count, or more where there are more before the point, with commas between thousands.
    func text(digits: Int) -> String {
        guard self != 0, isFinite else { return "\(self)" }
        let magnitude = Int(log10(abs(self)).rounded(.down))
        let parts = String(format: "%.*f", max(0, digits - 1 - magnitude), self).split(separator: ".")
        let whole = Array(parts[0])
        let thousands = stride(from: whole.count % 3, through: whole.count, by: 3).map { end in
            String(whole[max(0, end - 3)..<end])
        }
        let grouped = thousands.filter { !$0.isEmpty }.joined(separator: ",")
        return ([grouped] + parts.dropFirst().map(String.init)).joined(separator: ".")
    }
}
