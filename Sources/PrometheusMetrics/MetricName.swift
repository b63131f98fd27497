/// Names as Prometheus takes them. Whatever it does not take becomes an underscore.
enum MetricName {
    /// The name of a metric: letters, digits, underscores and colons, no digit first.
    static func metric(_ name: String) -> String {
        valid(name) { $0 == UInt8(ascii: ":") }
    }

    /// The name of a label: letters, digits and underscores, no digit first. Two underscores first are Prometheus's own,
    /// and `le` is the bound of a histogram's bucket.
    static func label(_ name: String) -> String {
        let name = valid(name) { _ in false }
        if name == "le" { return "le_" }
        return name.hasPrefix("__") ? "_" + name.drop { $0 == "_" } : name
    }

    private static func valid(_ name: String, alsoTaking isTaken: (UInt8) -> Bool) -> String {
        let bytes = name.utf8.map { $0.isLetterOrDigit || isTaken($0) ? $0 : UInt8(ascii: "_") }
        guard let first = bytes.first else { return "_" }
        return String(decoding: first.isDigit ? [UInt8(ascii: "_")] + bytes : bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isLetterOrDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
