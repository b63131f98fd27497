package import MatrixEvents

/// What the catalogue says of a rule: its title, its number in each rule set, and how to tell why it decided.
package struct RuleDescription: Sendable {
    package let rule: Rule
    package let verdict: Decision.Verdict
    /// One sentence that states the rule.
    package let title: String
    private let numbers: RuleNumbers
    /// A sentence with the names of compared values in braces.
    private let reasonTemplate: String

    /// A rule of the room versions, with its number in each rule set; see ``RuleNumbers``.
    init(_ rule: Rule, _ verdict: Decision.Verdict, _ numbers: String, title: String, reason: String) {
        self.rule = rule
        self.verdict = verdict
        self.title = title
        self.numbers = RuleNumbers(columns: numbers)
        reasonTemplate = reason
    }

    /// A rule of the draft of 2014, with its number there.
    init(_ rule: Rule, _ verdict: Decision.Verdict, draft: String, title: String, reason: String) {
        self.rule = rule
        self.verdict = verdict
        self.title = title
        numbers = RuleNumbers(draft: draft)
        reasonTemplate = reason
    }

    /// Whether `version` has the rule.
    package func applies(to version: RoomVersion) -> Bool {
        numbers[version] != .absent
    }

    /// The rule's number in `version`, as its page in the specification shows it; `nil` where the page has none.
    package func number(in version: RoomVersion) -> String? {
        guard case .number(let number) = numbers[version] else { return nil }
        return number
    }

    /// One sentence with the values that decided.
    package func reason(_ comparison: Comparison) -> String {
        var reason = ""
        var rest = reasonTemplate[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            reason += rest[..<open]
            reason += comparison.values.first { $0.name.description == name }?.value.description ?? "nothing"
            rest = rest[rest.index(after: close)...]
        }
        return reason + rest
    }
}

extension RuleDescription {
    /// Every rule, in the order in which rules are tried.
    package static let all =
        createAndCitations + joinsAndInvites + leavesBansAndKnocks + otherEvents + draftProtocolAndJoins + draftOthers

    /// The rules of `version`, in the order in which they are tried.
    package static func rules(of version: RoomVersion) -> [RuleDescription] {
        all.filter { $0.applies(to: version) }
    }

    fileprivate static let byRule = Dictionary(uniqueKeysWithValues: all.map { ($0.rule, $0) })
}

extension Rule {
    package var description: RuleDescription {
        guard let description = RuleDescription.byRule[self] else {
            preconditionFailure("The catalogue has no description of the rule \(rawValue)")
        }
        return description
    }
}

extension Decision {
    /// One English sentence with the values compared.
    package var reason: String { rule.description.reason(comparison) }
}
