import AuthGraph
import AuthorizationService
import CanonicalJSON
import MatrixEvents
import PostgresStore

/// What an audit found, all rooms together. Rooms in which nothing was found are only counted.
struct AuditSummary {
    let layout: DatabaseLayout
    private(set) var roomCount = 0
    private(set) var eventCount = 0
    private(set) var allowed = 0
    private(set) var denied = 0
    private(set) var undecided = 0
    private(set) var storedAsRejected = 0
    private(set) var redacted = 0
    /// Rooms whose current state is known.
    private(set) var stateCount = 0
    /// Places of current states that may have fallen back and were not looked at to the end.
    private(set) var unexaminedCount = 0
    private(set) var roomsByVersion: [String: Int] = [:]
    private(set) var findingsByKind: [String: Int] = [:]
    private(set) var roomsByKind: [String: Int] = [:]
    private(set) var denialsByRule: [String: Int] = [:]
    /// Rooms in which something was found.
    private(set) var affectedCount = 0
    /// These, and rooms of whose current state not all was looked at.
    private(set) var toldCount = 0
    /// Those with the most findings, up to a limit.
    private(set) var affected: [AuditLine] = []
    /// Rooms that could not be gone through.
    private(set) var failed: [AuditLine] = []

    /// How many rooms are told of one by one.
    static let namedRoomLimit = 1_000

    init(layout: DatabaseLayout) {
        self.layout = layout
    }

    var findingCount: Int { findingsByKind.values.reduce(0, +) }

    mutating func add(_ line: AuditLine) {
        if line.failure != nil {
            failed.append(line)
            failed.sort { $0.roomID.text < $1.roomID.text }
            return
        }
        // A homeserver lists rooms of which it has no events any more.
        guard line.eventCount > 0 || line.findingCount > 0 else { return }
        roomCount += 1
        eventCount += line.eventCount
        allowed += line.count("allowed")
        denied += line.count("denied")
        undecided += line.count("undecided")
        storedAsRejected += line.count("stored_as_rejected")
        redacted += line.count("redacted")
        unexaminedCount += line.unexaminedCount
        if line.json["state_events"]?.number != nil { stateCount += 1 }
        roomsByVersion[line.roomVersion ?? "unknown", default: 0] += 1
        for (rule, count) in line.counts("denials") { denialsByRule[rule, default: 0] += count }
        for (kind, count) in line.counts("counts") {
            findingsByKind[kind, default: 0] += count
            roomsByKind[kind, default: 0] += 1
        }
        if line.findingCount > 0 { affectedCount += 1 }
        guard line.findingCount > 0 || line.unexaminedCount > 0 else { return }
        toldCount += 1
        affected.append(line)
        if affected.count > 2 * Self.namedRoomLimit { affected = named }
    }

    /// The rooms to be told of, those with the most findings first.
    var named: [AuditLine] {
        let sorted = affected.sorted { left, right in
            let (leftCount, rightCount) = (left.findingCount, right.findingCount)
            return leftCount == rightCount ? left.roomID.text < right.roomID.text : leftCount > rightCount
        }
        return Array(sorted.prefix(Self.namedRoomLimit))
    }

    /// What was found, in the order of ``ReplayFinding/Kind``, and in how many rooms.
    var kinds: [(kind: String, findings: Int, rooms: Int)] {
        ReplayFinding.Kind.allCases.map(\.rawValue).compactMap { kind in
            findingsByKind[kind].map { (kind, $0, roomsByKind[kind] ?? 0) }
        }
    }

    /// The rules that deny, the most frequent first.
    var denials: [(name: String, count: Int)] {
        denialsByRule.map { (name: $0.key, count: $0.value) }.sorted { left, right in
            left.count == right.count ? left.name < right.name : left.count > right.count
        }
    }

    /// How many rooms are of each version, in the order of the versions.
    var versions: [(name: String, count: Int)] {
        let order = RoomVersion.allCases.map(\.rawValue)
        return roomsByVersion.map { (name: $0.key, count: $0.value) }.sorted { left, right in
            (order.firstIndex(of: left.name) ?? order.count, left.name)
                < (order.firstIndex(of: right.name) ?? order.count, right.name)
        }
    }

    func printJSON() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("layout")
            writer.string(layout.rawValue)
            for (key, count) in [
                ("rooms" as StaticString, roomCount), ("rooms_with_known_state", stateCount),
                ("rooms_with_findings", affectedCount), ("events", eventCount), ("allowed", allowed),
                ("denied", denied),
                ("undecided", undecided), ("stored_as_rejected", storedAsRejected), ("redacted", redacted),
                ("findings", findingCount), ("state_unexamined", unexaminedCount),
            ] {
                writer.key(key)
                writer.integer(count)
            }
            for (key, counts) in [
                ("findings_by_kind" as StaticString, findingsByKind), ("rooms_by_kind", roomsByKind),
                ("rooms_by_version", roomsByVersion), ("denials_by_rule", denialsByRule),
            ] {
                writer.key(key)
                writer.counts(counts.map { ($0.key, $0.value) })
            }
            for (key, lines) in [("affected" as StaticString, named), ("failed", failed)] {
                writer.key(key)
                writer.array { writer in
                    for line in lines { writer.raw(line.json.value.source) }
                }
            }
        }
        print(String(decoding: writer.bytes, as: UTF8.self))
    }

    func printText() {
        print("\(roomCount.grouped) rooms, \(eventCount.grouped) events of \(layout.database)")
        print(
            "  \(allowed.grouped) allowed, \(denied.grouped) denied, \(undecided.grouped) undecided; "
                + "\(storedAsRejected.grouped) are stored as rejected, \(redacted.grouped) are redacted"
        )
        print("  the current state of \(stateCount.grouped) rooms is known")
        print(
            findingCount == 0 ? "nothing found" : "\(findingCount.grouped) findings in \(affectedCount.grouped) rooms"
        )
        if unexaminedCount > 0 { print("\(unexaminedCount.grouped) \(unexaminedPlaces)") }
        for (kind, findings, rooms) in kinds {
            print("  \(kind.padded(to: 22)) \(findings.grouped) in \(rooms.grouped) rooms")
        }
        for line in named { line.printText() }
        if toldCount > named.count { print("and \((toldCount - named.count).grouped) more rooms") }
        for line in failed { print("not gone through: " + "\(line.roomID): \(line.failure ?? "")".shown) }
    }
}

extension AuditLine {
    fileprivate func printText() {
        print("\(roomID.description.shown)  (room version \(roomVersion ?? "unknown"), \(eventCount.grouped) events)")
        for finding in findings {
            let isOfState = finding["type"] != nil
            let key = isOfState ? "  (\(finding.string("type")), \"\(finding.string("state_key"))\")" : ""
            print("  \(finding.string("finding"))  \(finding.string("event_id"))\(key)")
            print("    \(finding.string("reason"))\(finding["rule"]?.text.map { " (\($0))" } ?? "")")
        }
        let unnamed = findingCount - findings.count
        if unnamed > 0 { print("  and \(unnamed.grouped) more") }
        if unexaminedCount > 0 { print("  \(unexaminedCount.grouped) \(unexaminedPlaces)") }
    }
}
