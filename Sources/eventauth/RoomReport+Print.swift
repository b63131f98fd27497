import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventAuthorization
import MatrixEvents

/// What is said of places of the current state that were not looked at, behind their number.
let unexaminedPlaces = "places of the current state may have fallen back, and were not looked at to the end"

extension RoomReport {
    func printJSON() {
        var writer = JSONWriter()
        write(to: &writer)
        print(String(decoding: writer.bytes, as: UTF8.self))
    }

    func printText() {
        let version = roomVersion.map { "room version \($0.rawValue)" } ?? "no room version"
        print("\(roomID.description.shown)  (\(version))")
        var counts =
            "\(tally.eventCount.grouped) events: \(tally.allowed.grouped) allowed, \(tally.denied.grouped) denied"
        if tally.undecided > 0 { counts += ", \(tally.undecided.grouped) undecided" }
        print("  \(counts); \(tally.storedAsRejected.grouped) are stored as rejected")
        print("  \(stateCount.map { "current state of \($0.grouped) events" } ?? "no current state is known")")
        if let event = firstDenied, let decision = event.decision {
            let stored = event.wasRejected ? "rejected" : "accepted"
            let reason = "\(decision.rule.rawValue): \(decision.reason)".shown
            print("  first denied: \(event.id.description.shown), stored as \(stored): \(reason)")
        }
        print(findingCount == 0 ? "  nothing found" : "  \(findingCount.grouped) findings")
        for finding in findings { finding.printText() }
        let unnamed = findingCount - findings.count
        if unnamed > 0 { print("    and \(unnamed.grouped) more") }
        if unexaminedCount > 0 { print("  \(unexaminedCount.grouped) \(unexaminedPlaces)") }
    }
}

extension ReplayFinding {
    fileprivate func printText() {
        print("    \(kind.rawValue)  " + "\(eventID)\(key.map { "  \($0)" } ?? "")".shown)
        print("      \(detail.shown)\(decision.map { " (\($0.rule.rawValue))" } ?? "")")
        if isPruned { print("      its content is not the one that was hashed, as after a redaction") }
        guard relatedCount > 0 else { return }
        let others = relatedCount - related.count
        let names = related.map(\.description.shown).joined(separator: ", ")
        print(
            "      \(kind == .stateReset ? "lost" : "cited by"): \(names)\(others > 0 ? " and \(others.grouped) more" : "")"
        )
    }
}
