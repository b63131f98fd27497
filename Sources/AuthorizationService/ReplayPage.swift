package import AuthGraph
package import CanonicalJSON
import EventAuthorization
import JSONRPC
package import MatrixEvents

/// What one reply of `room.replay` has to tell.
struct ReplayPage {
    private let first: Int
    /// Events that the page has.
    private(set) var count = 0
    private var firstDenied: ReplayedEvent?
    private var findings: [ReplayFinding] = []

    /// - Parameter first: where in the order it begins to tell.
    init(first: Int) {
        self.first = first
    }

    /// Takes in events that were decided, the first of them at `position`.
    mutating func add(_ events: [ReplayedEvent], from position: Int) {
        for event in events.dropFirst(max(0, first - position)) {
            count += 1
            if firstDenied == nil, event.decision?.verdict == .deny { firstDenied = event }
            if let finding = event.finding { findings.append(finding) }
        }
    }

    /// How many findings of each kind there are; of those that concern the whole room, only the first are told one by one.
    private func counts(_ conclusion: RoomConclusion?) -> [ReplayFinding.Kind: Int] {
        let ofEvents = Dictionary(findings.map { ($0.kind, 1) }, uniquingKeysWith: +)
        return ofEvents.merging(conclusion?.counts ?? [:], uniquingKeysWith: +)
    }

    /// - Parameter conclusion: what there is to say of the whole room, on the last page.
    func write(to writer: inout JSONWriter, _ replay: RoomReplay, _ conclusion: RoomConclusion?) {
        let version = replay.roomVersion ?? .v1
        let progress = replay.progress
        writer.object { writer in
            writer.key("room_id")
            writer.string(replay.roomID.text)
            writer.key("room_version")
            if let version = replay.roomVersion { writer.string(version.rawValue) } else { writer.null() }
            writer.key("replayed")
            writer.integer(count)
            writer.key("first_denied")
            if let firstDenied { writer.firstDenied(firstDenied) } else { writer.null() }
            writer.key("findings")
            writer.array { writer in
                for finding in findings { finding.write(to: &writer, version) }
                for finding in conclusion?.findings ?? [] { finding.write(to: &writer, version) }
            }
            writer.key("counts")
            writer.counts(counts(conclusion).map { ($0.key.rawValue, $0.value) })
            writer.key("state_events")
            if let count = conclusion?.stateCount { writer.integer(count) } else { writer.null() }
            writer.key("state_unexamined")
            if let count = conclusion?.unexaminedCount { writer.integer(count) } else { writer.null() }
            writer.key("progress")
            writer.object { writer in
                writer.key("done")
                writer.integer(progress.done)
                writer.key("total")
                writer.integer(progress.total)
            }
            writer.key("cursor")
            if progress.done < progress.total {
                writer.string(ChainCursor(fingerprint: replay.fingerprint, position: progress.done).text)
            } else {
                writer.null()
            }
        }
    }
}

extension JSONWriter {
    mutating func firstDenied(_ event: ReplayedEvent) {
        guard let decision = event.decision else { return null() }
        object { writer in
            writer.key("event_id")
            writer.eventID(event.id)
            writer.rule(decision.rule, event.roomVersion)
            writer.key("reason")
            writer.string { decision.appendReason(to: &$0) }
            writer.key("decided_by")
            writer.eventIDs(decision.decidedBy)
            writer.key("stored_as")
            writer.string(event.wasRejected ? "rejected" : "accepted")
        }
    }
}

extension ReplayFinding {
    /// Writes the finding as an object.
    package func write(to writer: inout JSONWriter, _ version: RoomVersion) {
        writer.object { writer in
            writer.key("finding")
            writer.string(kind.rawValue)
            writer.key("event_id")
            writer.eventID(eventID)
            if let key {
                writer.key("type")
                writer.string(key.type.text)
                writer.key("state_key")
                writer.string(key.key)
            }
            writer.key("reason")
            writer.string(detail)
            if let decision {
                writer.key("verdict")
                writer.string(decision.verdict.rawValue)
                writer.rule(decision.rule, version)
                writer.key("decided_by")
                writer.eventIDs(decision.decidedBy)
            }
            if relatedCount > 0 {
                writer.key("related")
                writer.eventIDs(related)
                writer.key("related_count")
                writer.integer(relatedCount)
            }
            if isPruned {
                writer.key("redacted")
                writer.bool(true)
            }
        }
    }
}

/// What a reply of `room.replay` looks like.
let replayMembers: [Parameter] = [
    .required("room_id", .string, "The room."),
    .required("room_version", .nullable(.string), "The rule set; null where no event was decided."),
    .required("replayed", .integer(in: 0 ... .max), "How many events this page is about."),
    .required("first_denied", .nullable(.denied), "The first event of the page that its references do not allow."),
    .required("findings", .array(of: .finding), "What differs; on the last page also what concerns the whole room."),
    .required(
        "counts",
        .map(of: .integer(in: 0 ... .max)),
        "How many findings of each kind there are; of those that concern the whole room the first 1,000 are told."
    ),
    .required(
        "state_events",
        .nullable(.integer(in: 0 ... .max)),
        "On the last page: how many events the current state has; null where the store knows none."
    ),
    .required(
        "state_unexamined",
        .nullable(.integer(in: 0 ... .max)),
        "On the last page: how many places of the current state may have fallen back and were not looked at to the end."
    ),
    .required(
        "progress",
        .object([
            .required("done", .integer(in: 0 ... .max), "How many events were decided so far."),
            .required("total", .integer(in: 0 ... .max), "How many there are."),
        ]),
        "How far the replay is."
    ),
    .required("cursor", .nullable(.string), "Where the next page begins; null at the end."),
]

extension Schema {
    fileprivate static let denied = Schema.object([
        .required("event_id", .reference, "The event."),
        .required("rule", .string, "The rule that denies it."),
        .required("spec", .spec, "Where the specification states the rule."),
        .required("reason", .string, "One sentence with the values compared."),
        .required("decided_by", .array(of: .reference), "The events whose content the deciding rule read."),
        .required("stored_as", .oneOf(["accepted", "rejected"]), "What the store says of it."),
    ])

    fileprivate static let finding = Schema.object([
        .required(
            "finding",
            .oneOf([
                "accepted_but_denied", "rejected_but_allowed", "rejected_cited", "content_mismatch", "circle",
                "reference_missing", "state_never_allowed", "state_missing", "state_reset",
            ]),
            "What is the matter."
        ),
        .required("event_id", .reference, "The event that is at fault, or that is missing."),
        .optional("type", .string, "The type of a state event."),
        .optional("state_key", .string, "The state key of a state event."),
        .required("reason", .string, "What is the matter, with the values that matter."),
        .optional("verdict", .verdict, "What the rules say of the event now."),
        .optional("rule", .string, "The rule that decided."),
        .optional("spec", .spec, "Where the specification states the rule."),
        .optional("decided_by", .array(of: .reference), "The events whose content the deciding rule read."),
        .optional(
            "related",
            .array(of: .reference),
            "Events that show it: those that cite the event, or that were lost."
        ),
        .optional("related_count", .integer(in: 0 ... .max), "How many of these there are."),
        .optional("redacted", .boolean, "True where the event's content did not match its hash, as after a redaction."),
    ])
}
