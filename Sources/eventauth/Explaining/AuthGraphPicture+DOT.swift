import CanonicalJSON
import MatrixEvents

extension AuthGraphPicture {
    /// Events that a drawing for Graphviz has at most.
    private static let nodeLimit = 500

    /// The event and everything behind it that is at hand, as Graphviz reads it: each event above those that it cites.
    var dot: String {
        let ids = reachable
        var lines = [
            "digraph auth {", "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];",
        ]
        for id in ids { lines.append("  \(quoted(id.text.string)) [\(attributes(of: id))];") }
        let drawn = Set(ids)
        for id in ids {
            guard let event = self[id] else { continue }
            for cited in event.citedOrImplied where drawn.contains(cited) {
                // Since v12 the create event is not cited: the room's id names it.
                let style = event.authEvents.contains(cited) ? "" : " [style=dashed]"
                lines.append("  \(quoted(id.text.string)) -> \(quoted(cited.text.string))\(style);")
            }
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    private var reachable: [EventID] {
        var seen: Set<EventID> = [event.id]
        var ids = [event.id]
        var next = 0
        while next < ids.count {
            let cited = self[ids[next]]?.citedOrImplied ?? []
            for id in cited where ids.count < Self.nodeLimit && seen.insert(id).inserted { ids.append(id) }
            next += 1
        }
        return ids
    }

    private func attributes(of id: EventID) -> String {
        guard let node = self[id] else { return "label=\(quoted("\(id)\nnot in the files")), style=dashed" }
        let place = node.stateKey.map { $0.isEmpty ? "" : " \($0)" } ?? ""
        let membership = node.type == .member ? node.content["membership"]?.text.map { "\n\($0)" } ?? "" : ""
        let label = "\(node.type)\(place)\(membership)\nby \(node.sender)\n\(id)"
        var attributes = "label=\(quoted(label))"
        if id == event.id {
            attributes += ", penwidth=2, fillcolor=\(quoted(verdict == "allow" ? "#d7f0d7" : "#f6d5d5"))"
        } else if deciding.contains(id.text.string) {
            attributes += ", fillcolor=\(quoted("#fdf3c8"))"
        }
        return attributes
    }

    /// `text` as a string of Graphviz's, in which only quotes, backslashes and ends of lines mean something.
    private func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            default: scalar.value < 32 ? " " : String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
