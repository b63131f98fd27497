import Foundation
import Testing

@testable import eventauth_bench

struct TableTests {
    private let row = TableRow(
        title: "verdicts",
        measured: "verdicts",
        unit: .perSecond("requests"),
        beside: ("echo", "echo"),
        goal: .timesAtLeast(0.8)
    )

    @Test func `a row holds a figure against another of the run`() throws {
        let cells = row.cells(try figures("verdicts 9000\necho 10000\n"))
        #expect(cells == ["verdicts", "9,000 requests/s", "echo: 10,000 requests/s", "0.900", "at least 0.8 ×", "yes"])
    }

    @Test func `a goal that is missed says so`() throws {
        #expect(row.cells(try figures("verdicts 7999\necho 10000\n")).last == "no")
    }

    @Test func `a row whose figure is missing says so, and is neither reached nor not`() throws {
        let cells = row.cells(try figures("verdicts 9000\n"))
        #expect(cells[2] == "echo: not measured")
        #expect(cells.suffix(3) == ["–", "at least 0.8 ×", "–"])
    }

    @Test func `a time of its own is held against its goal`() throws {
        let row = TableRow(title: "decide", measured: "decide", unit: .nanoseconds, goal: .atMost(150))
        #expect(row.cells(try figures("decide 151\n")).last == "no")
        #expect(row.cells(try figures("decide 150\n")).last == "yes")
    }

    @Test func `twenty times faster is a twentieth of the time`() throws {
        let row = TableRow(
            title: "read",
            measured: "read",
            unit: .nanoseconds,
            beside: ("decoder", "decoder"),
            goal: .timesFaster(20)
        )
        #expect(row.cells(try figures("read 1000\ndecoder 20000\n")).suffix(3) == ["20.0", "20 × faster", "yes"])
    }

    @Test(
        arguments: [
            (1_234_567, "1,234,567"), (12_345.6, "12,346"), (1_000, "1,000"), (123.456, "123"), (1.2345, "1.23"),
            (0.001_234, "0.00123"),
        ] as [(Double, String)]
    )
    func `three digits count, and thousands have commas`(value: Double, text: String) {
        #expect(value.text(digits: 3) == text)
    }

    @Test func `the later of two figures of a name counts`() throws {
        #expect(try figures("a 1\na 2\n")["a"] == 2)
    }

    @Test func `a series is in the order of its sizes`() throws {
        let series = try figures("growth.walk.100 3\ngrowth.walk.20 1\ngrowth.verify.5 9\n").series("growth.walk")
        #expect(series.map(\.x) == [20, 100])
        #expect(series.map(\.y) == [1, 3])
    }

    @Test func `a line that is no figure is refused`() {
        #expect(throws: FigureError.self) { try figures("verdicts many\n") }
    }

    private func figures(_ lines: String) throws -> Figures {
        let file = FileManager.default.temporaryDirectory.appending(path: "figures-\(UUID())")
        try lines.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        return try Figures(reading: file.path)
    }
}
