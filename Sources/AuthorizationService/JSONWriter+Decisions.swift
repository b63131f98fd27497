import CanonicalJSON
import EventAuthorization
import MatrixEvents

extension JSONWriter {
    /// The members `rule` and `spec`.
    mutating func rule(_ rule: Rule, _ version: RoomVersion) {
        self.rule(rule.rawValue, number: rule.description.number(in: version), version)
    }

    /// The members `rule` and `spec`; `number` is null where the version's page numbers no such rule.
    mutating func rule(_ name: String, number: String?, _ version: RoomVersion) {
        key("rule")
        string(name)
        key("spec")
        object { writer in
            writer.key("version")
            writer.string(version.rawValue)
            writer.key("number")
            if let number { writer.string(number) } else { writer.null() }
        }
    }

    mutating func eventIDs(_ ids: [EventID]) {
        array { writer in
            for id in ids { writer.eventID(id) }
        }
    }

    mutating func comparison(_ comparison: Comparison) {
        object { writer in
            for (name, value) in comparison.values {
                writer.key(name)
                writer.comparedValue(value)
            }
        }
    }

    mutating func comparedValue(_ value: Comparison.Value) {
        switch value {
        case .level(.integer(let level)): integer(level)
        case .level(let level): string(level.description)
        case .text(let text): string(text)
        case .word(let word): string(word.description)
        case .count(let count): integer(count)
        case .json(let value): raw(value.source)
        case .absent: null()
        }
    }
}
