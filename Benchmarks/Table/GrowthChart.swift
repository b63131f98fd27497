import Foundation

/// The curves of ``Growth`` side by side, both axes logarithmic: a flat line is a time that does not grow, a diagonal one a
/// time that grows as its size does.
struct GrowthChart {
    private static let (panelWidth, panelHeight) = (320.0, 300.0)
    private static let plot = (left: 52.0, top: 36.0, width: 250.0, height: 200.0)
    private static let colors = ["#1f6f8b", "#c0562f"]
    private static let decades = (lowest: 2, highest: 10)

    private let figures: Figures

    init(_ figures: Figures) {
        self.figures = figures
    }

    var svg: String {
        let width = Self.panelWidth * Double(Growth.all.count)
        let panels = Growth.all.enumerated().map { panel($1, at: Self.panelWidth * Double($0)) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(Self.panelHeight))" \
            font-family="sans-serif" font-size="11" fill="#444">
            <rect width="100%" height="100%" fill="#fff"/>
            \(panels.joined(separator: "\n"))
            </svg>

            """
    }

    private func panel(_ growth: Growth, at x: Double) -> String {
        let curves = growth.curves.enumerated().map { index, curve in
            line(figures.series(curve.figure), color: Self.colors[index]) + "\n"
                + text(curve.title, Self.plot.left, 270 + 15 * Double(index), fill: Self.colors[index])
        }
        return """
            <g transform="translate(\(Int(x)) 0)">
            \(text(growth.size, Self.plot.left, 20, fill: "#000"))
            \((grid + curves).joined(separator: "\n"))
            </g>
            """
    }

    private var grid: [String] {
        let times = stride(from: Self.decades.lowest, through: Self.decades.highest, by: 2).map { decade in
            let y = self.y(pow(10, Double(decade)))
            return rule(from: (Self.plot.left, y), to: (Self.plot.left + Self.plot.width, y))
                + text(TableRow.Unit.nanoseconds.text(pow(10, Double(decade)), digits: 1), 46, y + 4, anchor: "end")
        }
        let sizes = stride(from: 0, through: 6, by: 2).map { decade in
            let x = self.x(pow(10, Double(decade)))
            return rule(from: (x, Self.plot.top), to: (x, Self.plot.top + Self.plot.height))
                + text(
                    pow(10, Double(decade)).text(digits: 1),
                    x,
                    Self.plot.top + Self.plot.height + 14,
                    anchor: "middle"
                )
        }
        return times + sizes
    }

    private func line(_ points: [(x: Double, y: Double)], color: String) -> String {
        let places = points.map { String(format: "%.1f,%.1f", x($0.x), y($0.y)) }
        let dots = points.map {
            String(format: #"<circle cx="%.1f" cy="%.1f" r="2.5" fill="\#(color)"/>"#, x($0.x), y($0.y))
        }
        return
            #"<polyline points="\#(places.joined(separator: " "))" fill="none" stroke="\#(color)" stroke-width="2"/>"#
            + dots.joined()
    }

    private func rule(from start: (Double, Double), to end: (Double, Double)) -> String {
        String(
            format: ##"<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#e4e4e4"/>"##,
            start.0,
            start.1,
            end.0,
            end.1
        )
    }

    private func text(
        _ text: String,
        _ x: Double,
        _ y: Double,
        anchor: String = "start",
        fill: String = "#444"
    ) -> String {
        let place = String(format: #"x="%.1f" y="%.1f""#, x, y)
        return #"<text \#(place) text-anchor="\#(anchor)" fill="\#(fill)">\#(text)</text>"#
    }

    /// Sizes from 1 to 1,000,000.
    private func x(_ size: Double) -> Double { Self.plot.left + Self.plot.width * log10(size) / 6 }

    private func y(_ nanoseconds: Double) -> Double {
        let range = Double(Self.decades.highest - Self.decades.lowest)
        return Self.plot.top + Self.plot.height * (1 - (log10(nanoseconds) - Double(Self.decades.lowest)) / range)
    }
}
