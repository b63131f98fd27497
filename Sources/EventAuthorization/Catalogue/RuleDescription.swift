package import MatrixEvents

/// What the catalogue says of a rule: its title, its number in each rule set, and how to tell why it decided.
package final class RuleDescription: Sendable {
    package let rule: Rule
    package let verdict: Decision.Verdict
    /// One sentence that states the rule.
    package let title: String
    private let numbers: RuleNumbers
    private let reason: ReasonTemplate
    /// What is said where a value that ``reason`` names is absent.
    private let reasonWithoutValues: ReasonTemplate?

    /// A rule of the room versions, with its number in each rule set; see ``RuleNumbers``.
    init(
        _ rule: Rule,
        _ verdict: Decision.Verdict,
        _ numbers: String,
        title: String,
        reason: String,
        withoutValues: String? = nil
    ) {
        self.rule = rule
        self.verdict = verdict
        self.title = title
        self.numbers = RuleNumbers(columns: numbers)
        self.reason = ReasonTemplate(text: reason)
        reasonWithoutValues = withoutValues.map { ReasonTemplate(text: $0) }
    }

    /// A rule of the draft of 2014, with its number there.
    init(
        _ rule: Rule,
        _ verdict: Decision.Verdict,
        draft: String,
        title: String,
        reason: String,
        withoutValues: String? = nil
    ) {
        self.rule = rule
        self.verdict = verdict
        self.title = title
        numbers = RuleNumbers(draft: draft)
        self.reason = ReasonTemplate(text: reason)
        reasonWithoutValues = withoutValues.map { ReasonTemplate(text: $0) }
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

    /// Appends one sentence with the values that decided, in UTF-8.
    package func appendReason(_ comparison: Comparison, to sentence: inout [UInt8]) {
        guard let reasonWithoutValues, !reason.isComplete(with: comparison) else {
            return reason.append(to: &sentence, filledWith: comparison)
        }
        reasonWithoutValues.append(to: &sentence, filledWith: comparison)
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

    /// By the index of the rule.
    fileprivate static let byRule = Rule.allCases.map { rule in
        guard let description = all.first(where: { $0.rule == rule }) else {
            preconditionFailure("The catalogue has no description of the rule \(rule.rawValue)")
        }
        return description
    }
}

extension Rule {
    package var description: RuleDescription { RuleDescription.byRule[index] }
}

extension Decision {
    /// One English sentence with the values compared.
    package var reason: String {
        var sentence: [UInt8] = []
        appendReason(to: &sentence)
        return String(decoding: sentence, as: UTF8.self)
    }

    /// Appends ``reason`` in UTF-8.
    package func appendReason(to sentence: inout [UInt8]) {
        rule.description.appendReason(comparison, to: &sentence)
    }
}
