import AuthorizationService
import CanonicalJSON
import MatrixEvents
import PostgresStore

/// An audit as one page of HTML that needs nothing but itself: no scripts, and nothing from elsewhere.
struct AuditPage {
    private let summary: AuditSummary

    init(_ summary: AuditSummary) {
        self.summary = summary
    }

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Audit of \(summary.layout.database.escaped)</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <h1>Audit of \(summary.layout.database.escaped)</h1>
        <p>By eventauth \(eventauthVersion.escaped): every stored event decided anew by the authorization rules.</p>
        \(figures)
        \(charts)
        \(rooms)
        \(failures)
        </body>
        </html>
        """
    }

    private var figures: String {
        let figures: [(String, Int)] = [
            ("rooms", summary.roomCount), ("events", summary.eventCount), ("findings", summary.findingCount),
            ("rooms with findings", summary.affectedCount), ("denied by the rules", summary.denied),
            ("stored as rejected", summary.storedAsRejected), ("undecided", summary.undecided),
            ("redacted", summary.redacted), ("rooms with known state", summary.stateCount),
            ("places of states not looked at", summary.unexaminedCount),
        ]
        let items = figures.map { "<div><dt>\($0.0)</dt><dd>\($0.1.grouped)</dd></div>" }
        return "<dl>\(items.joined())</dl>"
    }

    private var charts: String {
        let charts = [
            BarChart(title: "Findings", bars: summary.kinds.map { ($0.kind, $0.findings) }),
            BarChart(title: "Rooms with such findings", bars: summary.kinds.map { ($0.kind, $0.rooms) }),
            BarChart(title: "Events that the rules deny", bars: Array(summary.denials.prefix(20))),
            BarChart(title: "Rooms by version", bars: summary.versions),
        ]
        return "<section class=\"charts\">\(charts.map(\.html).joined(separator: "\n"))</section>"
    }

    private var rooms: String {
        let named = summary.named
        if named.isEmpty { return "<p>Nothing was found.</p>" }
        let left = summary.toldCount - named.count
        return """
            <h2>Rooms with findings</h2>
            \(named.map(room).joined(separator: "\n"))
            \(left > 0 ? "<p>And \(left.grouped) more rooms.</p>" : "")
            """
    }

    private func room(_ line: AuditLine) -> String {
        let rows = line.findings.map(row)
        let unnamed = line.findingCount - line.findings.count
        let places = line.unexaminedCount
        let unexamined = places > 0 ? "<p>\(places.grouped) \(unexaminedPlaces).</p>" : ""
        return """
            <details><summary><code>\(line.roomID.description.escaped)</code>
            version \((line.roomVersion ?? "unknown").escaped), \(line.eventCount.grouped) events,
            <b>\(line.findingCount.grouped) findings</b></summary>
            <table><tr><th>finding</th><th>event</th><th>what is the matter</th><th>rule</th></tr>
            \(rows.joined(separator: "\n"))
            </table>\(unnamed > 0 ? "<p>And \(unnamed.grouped) more.</p>" : "")\(unexamined)</details>
            """
    }

    private func row(_ finding: JSONObject) -> String {
        let place = finding["type"]?.text.map { " \($0) \"\(finding.string("state_key"))\"" } ?? ""
        let related = finding.strings("related")
        let cited = related.isEmpty ? "" : "<br>\(related.map { "<code>\($0.escaped)</code>" }.joined(separator: ", "))"
        return """
            <tr><td>\(finding.string("finding").escaped)</td>
            <td><code>\(finding.string("event_id").escaped)</code>\(place.escaped)</td>
            <td>\(finding.string("reason").escaped)\(cited)</td>
            <td>\((finding["rule"]?.text?.string ?? "").escaped)</td></tr>
            """
    }

    private var failures: String {
        if summary.failed.isEmpty { return "" }
        let items = summary.failed.map { line in
            "<li><code>\(line.roomID.description.escaped)</code>: \((line.failure ?? "").escaped)</li>"
        }
        return "<h2>Rooms not gone through</h2><ul>\(items.joined(separator: "\n"))</ul>"
    }

    private static let style = """
        :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
        body { max-width: 84rem; margin: 2rem auto; padding: 0 1rem; }
        dl { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
        dt { font-size: .85rem; opacity: .75; } dd { margin: 0; font-size: 1.5rem; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; }
        figure { margin: 0; } figcaption { font-weight: 600; }
        svg { width: 100%; height: auto; font-size: 12px; fill: currentColor; }
        svg rect { fill: #3b7dd8; } svg .name { text-anchor: end; }
        details { margin: .5rem 0; } code { overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
        th, td { border: 1px solid #8885; padding: .3rem .5rem; text-align: left; vertical-align: top; }
        """
}
