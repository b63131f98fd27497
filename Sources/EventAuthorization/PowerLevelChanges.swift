import CanonicalJSON
import MatrixEvents

/// A level that is added, changed or removed. Absent levels are `nil`: no default stands in for them.
struct PowerLevelChange {
    let key: UTF8Text
    let current: PowerLevel?
    let new: PowerLevel?

    func isCurrentAbove(_ level: PowerLevel) -> Bool {
        current.map { $0 > level } ?? false
    }

    func isCurrentNotBelow(_ level: PowerLevel) -> Bool {
        current.map { $0 >= level } ?? false
    }

    func isNewAbove(_ level: PowerLevel) -> Bool {
        new.map { $0 > level } ?? false
    }
}

/// What differs between the power levels in force and proposed ones, by the levels that they state:
/// `"50"` and `50` are no change.
struct PowerLevelChanges {
    private let current: PowerLevelsContent
    private let proposed: PowerLevelsContent

    init(from current: PowerLevelsContent, to proposed: PowerLevelsContent) {
        self.current = current
        self.proposed = proposed
    }

    /// A level that cannot be read in one of the two.
    enum Unreadable: Error {
        case current(PowerLevelsContent.Malformed)
        case proposed(PowerLevelsContent.Malformed)
    }

    /// The change of `field`; `nil` where there is none.
    func change(of field: PowerLevelsContent.Field) throws(Unreadable) -> PowerLevelChange? {
        let old = try readCurrent { content throws(PowerLevelsContent.Malformed) in try content.level(field) }
        let new = try readProposed { content throws(PowerLevelsContent.Malformed) in try content.level(field) }
        return old == new ? nil : PowerLevelChange(key: UTF8Text(field.key.description), current: old, new: new)
    }

    /// The changed entries of `map`, by key.
    func changes(in map: PowerLevelsContent.Map) throws(Unreadable) -> [PowerLevelChange] {
        let old = try readCurrent { content throws(PowerLevelsContent.Malformed) in try content.entries(of: map) }
        if !current.isReadable(map), let malformed = current.firstMalformedEntry(of: map) { throw .current(malformed) }
        let new = try readProposed { content throws(PowerLevelsContent.Malformed) in try content.entries(of: map) }
        var changes: [PowerLevelChange] = []
        try (new ?? .empty).forEachDifference(from: old ?? .empty) { key, earlier, now throws(Unreadable) in
            let change = PowerLevelChange(
                key: key,
                current: try readCurrent { content throws(PowerLevelsContent.Malformed) in
                    try earlier.flatMap { value throws(PowerLevelsContent.Malformed) in
                        try content.level(value, under: key, in: map)
                    }
                },
                new: try readProposed { content throws(PowerLevelsContent.Malformed) in
                    try now.flatMap { value throws(PowerLevelsContent.Malformed) in
                        try content.level(value, under: key, in: map)
                    }
                }
            )
            if change.current != change.new { changes.append(change) }
        }
        return changes
    }

    private func readCurrent<Value>(
        _ read: (PowerLevelsContent) throws(PowerLevelsContent.Malformed) -> Value
    ) throws(Unreadable) -> Value {
        do throws(PowerLevelsContent.Malformed) { return try read(current) } catch { throw .current(error) }
    }

    private func readProposed<Value>(
        _ read: (PowerLevelsContent) throws(PowerLevelsContent.Malformed) -> Value
    ) throws(Unreadable) -> Value {
        do throws(PowerLevelsContent.Malformed) { return try read(proposed) } catch { throw .proposed(error) }
    }
}
