import ArgumentParser
import Foundation

/// Turns what a run measured into the table of docs/PERFORMANCE.md.
struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Prints the figures of a run as Markdown: the table, and how times grow."
    )

    @Argument(help: "A file of lines `name value`.", completion: .file())
    var file: String

    @Option(help: "A sentence on the machine and the program that were measured.")
    var about: String?

    @Option(help: "A Markdown file to put the figures into, between its marks.", completion: .file())
    var document: String?

    @Option(help: "An SVG file to draw the curves into.", completion: .file())
    var chart: String?

    private static let start = "<!-- figures -->\n"
    private static let end = "<!-- end of figures -->\n"

    func run() throws {
        let figures = try Figures(reading: file)
        let text = [
            about.map { [$0] } ?? [], [table(figures)], Growth.all.map { $0.table(figures) }, [Capacity.table(figures)],
        ]
        .flatMap { $0 }.joined(separator: "\n\n")
        print(text)
        if let document { try put(text, into: document) }
        if let chart { try GrowthChart(figures).svg.write(toFile: chart, atomically: true, encoding: .utf8) }
    }

    private func table(_ figures: Figures) -> String {
        let head = ["row", "measured", "beside", "ratio", "to reach", "reached"]
        return markdown(head, TableRow.all.map { $0.cells(figures) })
    }

    private func put(_ text: String, into document: String) throws {
        let old = try String(contentsOfFile: document, encoding: .utf8)
        guard let start = old.range(of: Self.start),
            let end = old.range(of: Self.end, range: start.upperBound..<old.endIndex)
        else { throw FigureError.noPlace(file: document) }
        let new = old[..<start.upperBound] + "\n\(text)\n\n" + old[end.lowerBound...]
        try String(new).write(toFile: document, atomically: true, encoding: .utf8)
    }
}

/// A Markdown table.
func markdown(_ head: [String], _ rows: [[String]]) -> String {
    ([head, head.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
}
