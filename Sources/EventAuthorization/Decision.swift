package import CanonicalJSON
package import MatrixEvents

/// What the rules say of one event: allow or deny, the rule that decided, and why.
package struct Decision: Error, Sendable {
    package enum Verdict: String, Sendable {
        case allow
        case deny
    }

    package let verdict: Verdict
    package let rule: Rule
    /// The values that the rule compared.
    package let comparison: Comparison
    /// The events whose content the rule read, in the order create, power levels, join rules, members, invite.
    package let decidedBy: [EventID]

    /// The same decision with values in memory of their own, so that it does not keep the events in memory whose they are.
    package func detached() -> Decision {
        Decision(verdict: verdict, rule: rule, comparison: comparison.detached(), decidedBy: decidedBy)
    }
}

/// The values that a rule compared, by name, in the order in which a reader wants them.
package struct Comparison: Sendable, ExpressibleByDictionaryLiteral {
    package enum Value: Sendable {
        case level(PowerLevel)
        case text(UTF8Text)
        case word(StaticString)
        case count(Int)
        case json(JSONValue)
        case absent
    }

    package let values: [(StaticString, Value)]

    package init(dictionaryLiteral elements: (StaticString, Value)...) {
        values = elements
    }

    private init(values: [(StaticString, Value)]) {
        self.values = values
    }

    fileprivate func detached() -> Comparison {
        Comparison(values: values.map { ($0, $1.detached()) })
    }
}

extension Comparison.Value {
    package static func membership(_ membership: Membership) -> Comparison.Value { .word(membership.name) }
    package static func user(_ user: UserID) -> Comparison.Value { .text(user.text) }
    package static func type(_ type: EventType) -> Comparison.Value { .text(type.text) }
    package static func level(_ level: PowerLevel?) -> Comparison.Value { level.map { .level($0) } ?? .absent }
    package static func text(_ text: UTF8Text?) -> Comparison.Value { text.map { .text($0) } ?? .absent }

    fileprivate func detached() -> Comparison.Value {
        switch self {
        case .text(let text): .text(text.detached())
        case .json(let value): .json(value.detached())
        case .level, .word, .count, .absent: self
        }
    }
}

extension Comparison.Value: CustomStringConvertible {
    package var description: String {
        switch self {
        case .level(let level): level.description
        case .text(let text): text.string
        case .word(let word): word.description
        case .count(let count): String(count)
        case .json(let value): String(decoding: value.source, as: UTF8.self)
        case .absent: "nothing"
        }
    }
}
