/// Horizontal bars as SVG, to stand within a page of HTML.
struct BarChart {
    let title: String
    let bars: [(name: String, count: Int)]

    private static let width = 640
    private static let nameWidth = 240
    private static let countWidth = 80
    private static let rowHeight = 24

    /// The chart, or a word for that there is nothing to show.
    var html: String {
        guard !bars.isEmpty else { return "<figure><figcaption>\(title.escaped)</figcaption><p>none</p></figure>" }
        let most = max(1, bars.map(\.count).max() ?? 1)
        let room = Self.width - Self.nameWidth - Self.countWidth
        let rows = bars.enumerated().map { index, bar in
            let top = index * Self.rowHeight
            let length = max(2, Int(Double(room) * Double(bar.count) / Double(most)))
            return """
                <text class="name" x="\(Self.nameWidth - 8)" y="\(top + 16)">\(bar.name.escaped)</text>\
                <rect x="\(Self.nameWidth)" y="\(top + 4)" width="\(length)" height="16" rx="2"/>\
                <text x="\(Self.nameWidth + length + 6)" y="\(top + 16)">\(bar.count.grouped)</text>
                """
        }
        let height = bars.count * Self.rowHeight
        return """
            <figure><figcaption>\(title.escaped)</figcaption>
            <svg viewBox="0 0 \(Self.width) \(height)" role="img" aria-label="\(title.escaped)">
            \(rows.joined(separator: "\n"))
            </svg></figure>
            """
    }
}

extension String {
    /// The text as HTML has it, within elements and quoted attributes.
    var escaped: String {
        var html = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            // No character of HTML, and one that hides what follows it.
            case "\u{0}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": html += "\u{FFFD}"
            default: html.unicodeScalars.append(scalar)
            }
        }
        return html
    }
}
