import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

extension TestRoom {
    /// Expects that `rule` decides `event`, under the number and with the verdict that the specification gives it, and
    /// that the trace ends with it.
    func expect(
        _ rule: Rule,
        for event: Event,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let decision = decide(event)
        #expect(decision.rule == rule, "\(decision.reason)", sourceLocation: sourceLocation)
        let specified = SpecificationRules.entries[rule.rawValue]
        #expect(decision.verdict == specified?.verdict, sourceLocation: sourceLocation)
        #expect(rule.description.number(in: version) == specified?.numbers[version], sourceLocation: sourceLocation)
        let explained = explain(event)
        #expect(explained.decision.rule == decision.rule, sourceLocation: sourceLocation)
        #expect(explained.trace.last?.rule == decision.rule, sourceLocation: sourceLocation)
    }
}

extension RoomVersion {
    /// The versions from `first` to `last` in the order in which they were published.
    static func published(from first: RoomVersion = .v1, to last: RoomVersion = .v12) -> [RoomVersion] {
        guard let start = specified.firstIndex(of: first), let end = specified.firstIndex(of: last) else { return [] }
        return Array(specified[start...end])
    }
}

extension TestRoom {
    /// A furnished room in which Bob has `level` and everyone may send state.
    static func withBob(_ version: RoomVersion, level: Int64, content: TestJSON = [:]) throws -> TestRoom {
        var room = try furnished(version)
        try room.admitBob(level: level, content: (["state_default": 0] as TestJSON).merging(content))
        return room
    }
}

extension TestJSON {
    static func level(_ level: Int64) -> TestJSON { TestJSON(integerLiteral: level) }
}
