package import AuthGraph
package import CanonicalJSON
import EventAuthorization
package import MatrixEvents

/// What a whole replay of a room found.
package struct RoomReport: Sendable {
    package let roomID: RoomID
    /// `nil` where no event could be decided.
    package let roomVersion: RoomVersion?
    package let tally: ReplayTally
    /// The first event, in the order of citations, that its references do not allow.
    package let firstDenied: ReplayedEvent?
    /// The findings, of each kind the first so many.
    package private(set) var findings: [ReplayFinding] = []
    /// How many there are of each kind.
    package private(set) var counts: [ReplayFinding.Kind: Int] = [:]
    /// Events of the current state; `nil` where the store knows no state of the room.
    package let stateCount: Int?
    /// Places of the current state that may have fallen back and were not looked at to the end, for there are limits to that.
    package let unexaminedCount: Int
    /// Whether the store has no event of the room, or none of a version that this build knows.
    package let isEmpty: Bool

    /// Replays the room.
    ///
    /// - Parameters:
    ///   - findingLimit: how many findings of a kind are named.
    ///   - show: hears how far it is.
    package init(
        of roomID: RoomID,
        in graph: AuthGraph,
        findingLimit: Int,
        showing show: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws(AuthGraphError) {
        self.roomID = roomID
        var replay = try await graph.replay(of: roomID)
        var firstDenied: ReplayedEvent?
        var findings: [ReplayFinding] = []
        var counts: [ReplayFinding.Kind: Int] = [:]
        while let page = try await replay.nextPage() {
            firstDenied = firstDenied ?? page.first { $0.decision?.verdict == .deny }
            for finding in page.compactMap(\.finding) {
                counts[finding.kind, default: 0] += 1
                if counts[finding.kind, default: 0] <= findingLimit { findings.append(finding) }
            }
            show(replay.progress.done, replay.progress.total)
        }
        let conclusion = try await replay.conclusion(limit: findingLimit)
        self.firstDenied = firstDenied
        self.findings = findings + conclusion.findings
        self.counts = counts.merging(conclusion.counts) { $0 + $1 }
        isEmpty = replay.isEmpty
        roomVersion = replay.roomVersion
        tally = replay.tally
        stateCount = conclusion.stateCount
        unexaminedCount = conclusion.unexaminedCount
    }

    /// Findings in all.
    package var findingCount: Int { counts.values.reduce(0, +) }

    /// Writes the report as an object.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("room_id")
            writer.string(roomID.text)
            writer.key("room_version")
            if let roomVersion { writer.string(roomVersion.rawValue) } else { writer.null() }
            for (key, count) in [
                ("events" as StaticString, tally.eventCount), ("allowed", tally.allowed), ("denied", tally.denied),
                ("undecided", tally.undecided), ("stored_as_rejected", tally.storedAsRejected),
                ("redacted", tally.pruned),
            ] {
                writer.key(key)
                writer.integer(count)
            }
            writer.key("denials")
            writer.counts(tally.denials.map { ($0.rawValue, $1) })
            writer.key("first_denied")
            if let firstDenied { writer.firstDenied(firstDenied) } else { writer.null() }
            writer.key("state_events")
            if let stateCount { writer.integer(stateCount) } else { writer.null() }
            writer.key("state_unexamined")
            writer.integer(unexaminedCount)
            writer.key("counts")
            writer.counts(counts.map { ($0.rawValue, $1) })
            writer.key("findings")
            writer.array { writer in
                for finding in findings { finding.write(to: &writer, roomVersion ?? .v1) }
            }
        }
    }
}

extension JSONWriter {
    /// An object of counts, the keys in order.
    package mutating func counts(_ counts: [(name: String, count: Int)]) {
        object { writer in
            for (name, count) in counts.sorted(by: { $0.name < $1.name }) {
                writer.key(UTF8Text(name))
                writer.integer(count)
            }
        }
    }
}
