import MatrixEvents

/// The number of one rule in every rule set.
struct RuleNumbers: Sendable {
    enum Entry: Equatable {
        /// The rule set has no such rule.
        case absent
        /// The rule settles what the specification leaves open, under no number.
        case unnumbered
        case number(String)
    }

    private let entries: [Entry]
    private let draft: Entry

    /// Reads eight columns, one a rule set of room versions: 1–2, 3–5, 6, 7, 8–9, 10, 11, 12; a ninth is the draft's.
    /// `-` stands for a rule that the set has not, `*` for one without a number.
    init(columns: String) {
        let columns = columns.split(separator: " ").map { column -> Entry in
            switch column {
            case "-": .absent
            case "*": .unnumbered
            default: .number(String(column))
            }
        }
        precondition(8...9 ~= columns.count, "A rule has a number or a dash for each of the eight rule sets")
        entries = Array(columns.prefix(8))
        draft = columns.count == 9 ? columns[8] : .absent
    }

    init(draft number: String) {
        entries = []
        draft = .number(number)
    }

    subscript(version: RoomVersion) -> Entry {
        let column =
            switch version {
            case .v1, .v2: 0
            case .v3, .v4, .v5: 1
            case .v6: 2
            case .v7: 3
            case .v8, .v9: 4
            case .v10: 5
            case .v11: 6
            case .v12: 7
            case .draft2014: -1
            }
        if column < 0 { return draft }
        return entries.isEmpty ? .absent : entries[column]
    }
}
