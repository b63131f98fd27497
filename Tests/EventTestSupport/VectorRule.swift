package import EventAuthorization
package import MatrixEvents

/// How the vectors call the rule that decides: by its number in the room version's source text, with suffixes of
/// their own where the page has no number.
package struct VectorRule {
    let label: String
    let roomVersion: RoomVersion

    package init(label: String, roomVersion: RoomVersion) {
        self.label = label
        self.roomVersion = roomVersion
    }

    /// Whether `rule` is what the vectors call by this label.
    package func names(_ rule: Rule) -> Bool {
        let number = rule.description.number(in: roomVersion) ?? ""
        return switch suffix {
        case "public": rule == .memberJoinPublic
        case "unknown": rule == .memberUnknownMembership
        case "otherwise": rule == (label == "otherwise" ? .allowDefault : .memberJoinForbidden)
        case "events", "notifications": number == base && rule.rawValue.contains(suffix)
        default: number == rendered || numbersPart(of: rule, number)
        }
    }

    private var suffix: String {
        label.split(separator: ".").last.map { $0.allSatisfy(\.isNumber) ? "" : String($0) } ?? ""
    }

    /// The label without its suffix.
    private var base: String { String(label.dropLast(suffix.count + 1)) }

    /// The number as the rendered page has it.
    private var rendered: String {
        switch (roomVersion, label) {
        // The source skips 3.4.
        case (.v12, "3.5"): "3.4"
        // Since v11 there is no rule about `creator`, and the one behind it moves up; the vectors number it as before.
        case (.v11, "1.5"): "1.4"
        default: label
        }
    }

    /// Rules that the vectors do not tell apart.
    private func numbersPart(of rule: Rule, _ number: String) -> Bool {
        switch rule {
        case .powerLevelsLevelCurrentAbove, .powerLevelsLevelNewAbove: number.hasPrefix(label + ".")
        default: false
        }
    }
}
