/// Writes metrics in Prometheus's text format, version 0.0.4.
struct TextFormat {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(16 << 10) }

    mutating func write(_ family: MetricFamily) {
        let series = family.inOrder
        if series.isEmpty { return }
        if !family.description.help.isEmpty {
            write("# HELP \(family.name) \(escaped(family.description.help, quotes: false))\n")
        }
        write("# TYPE \(family.name) \(family.description.kind.word)\n")
        for (labels, series) in series { write(series, of: family.name, labels.labels.map { ($0.name, $0.value) }) }
    }

    private mutating func write(_ series: Series, of name: String, _ labels: [(String, String)]) {
        switch series {
        case .counter(let counter): sample(name, labels, number(counter.value))
        case .gauge(let gauge): sample(name, labels, number(gauge.value))
        case .histogram(let histogram): write(histogram, of: name, labels)
        }
    }

    private mutating func write(_ histogram: HistogramSeries, of name: String, _ labels: [(String, String)]) {
        let reading = histogram.reading
        for (bound, count) in zip(histogram.bounds, reading.cumulativeCounts) {
            sample("\(name)_bucket", labels + [("le", number(bound))], "\(count)")
        }
        sample("\(name)_bucket", labels + [("le", "+Inf")], "\(reading.count)")
        sample("\(name)_sum", labels, number(reading.sum))
        sample("\(name)_count", labels, "\(reading.count)")
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        write(name)
        if !labels.isEmpty {
            let pairs = labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }
            write("{\(pairs.joined(separator: ","))}")
        }
        write(" \(value)\n")
    }

    private mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}

/// A number as Go reads it.
private func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
}

/// `text` on one line, and within quotes where it stands in them. Bytes, since "\r\n" is one character.
private func escaped(_ text: String, quotes: Bool) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): bytes += [byte, byte]
        case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case UInt8(ascii: "\"") where quotes: bytes += [UInt8(ascii: "\\"), byte]
        default: bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
