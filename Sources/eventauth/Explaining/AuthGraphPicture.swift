import CanonicalJSON
import EventAuthorization
import MatrixEvents

/// A drawing of an event and of what it is authorized by, as far as that is at hand.
struct AuthGraphPicture {
    let event: Event
    let verdict: String
    /// The ids of the events that the deciding rule read.
    let deciding: Set<String>
    private let known: [EventID: Event]

    /// `nil` where the event that was decided is too malformed to be read.
    init?(_ events: DecidedEvents, _ result: JSONObject) {
        guard let version = RoomVersion(rawValue: result.string("room_version")),
            let event = try? Event(events.event, roomVersion: version)
        else { return nil }
        self.event = event
        verdict = result.string("verdict")
        deciding = Set(result.strings("decided_by"))
        let others = events.others.compactMap { try? Event($0, roomVersion: version) }
        known = Dictionary(others.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The event under `id`; `nil` where it is not at hand.
    subscript(id: EventID) -> Event? { id == event.id ? event : known[id] }

    /// What a person wants to know of the event under `id`.
    func line(of id: String) -> String {
        guard let event = self[EventID(id)] else { return id }
        return "\(id)  \(event.gist)"
    }
}

extension AuthGraphPicture {
    /// Levels below the event, and lines, that a drawing has at most.
    private static let (depthLimit, lineLimit) = (3, 40)

    /// The event, below it what it cites, and below each of these what it cites in turn that does not stand above already.
    var lines: [String] {
        var lines = ["\(event.id)  \(event.gist)  ◀ \(verdict)"]
        var drawn: Set<EventID> = [event.id]
        draw(event, indent: "", depth: 1, &lines, &drawn)
        guard lines.count > Self.lineLimit else { return lines }
        return lines.prefix(Self.lineLimit) + ["… and \(lines.count - Self.lineLimit) more; --dot has them all"]
    }

    private func draw(
        _ event: Event,
        indent: String,
        depth: Int,
        _ lines: inout [String],
        _ drawn: inout Set<EventID>
    ) {
        let cited = event.citedOrImplied.filter { drawn.insert($0).inserted }
        for (position, id) in cited.enumerated() {
            let isLast = position == cited.count - 1
            let mark = deciding.contains(id.text.string) ? "  ◀ decided" : ""
            let gist = self[id].map(\.gist) ?? "not in the files"
            lines.append("\(indent)\(isLast ? "└─" : "├─") \(id)  \(gist)\(mark)")
            guard depth < Self.depthLimit, let next = self[id] else { continue }
            draw(next, indent: indent + (isLast ? "   " : "│  "), depth: depth + 1, &lines, &drawn)
        }
    }
}

extension Event {
    /// Type, whose place it is, sender, and for memberships which.
    fileprivate var gist: String {
        var words = [type.description]
        if let stateKey, !stateKey.isEmpty { words.append("of \(stateKey)") }
        if stateKey != sender.text { words.append("by \(sender)") }
        if type == .member, let membership = content["membership"]?.text { words.append("\(membership)") }
        // A hostile event can hold very long ones.
        return String(words.joined(separator: " ").shown.prefix(200))
    }
}
