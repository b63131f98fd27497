package import CanonicalJSON

/// The rule sets: room versions 1 to 12, and the draft of 2014 that they grew out of. Versions have no order.
package enum RoomVersion: String, CaseIterable, Sendable {
    case v1 = "1"
    case v2 = "2"
    case v3 = "3"
    case v4 = "4"
    case v5 = "5"
    case v6 = "6"
    case v7 = "7"
    case v8 = "8"
    case v9 = "9"
    case v10 = "10"
    case v11 = "11"
    case v12 = "12"
    case draft2014 = "draft-2014"

    /// The version that `text` names. Faster than by ``init(rawValue:)``, which every request that names its version would feel.
    package init?(_ text: UTF8Text) {
        guard let index = Self.names.firstIndex(of: text) else { return nil }
        self = Self.allCases[index]
    }

    private static let names = allCases.map { UTF8Text($0.rawValue) }

    /// The versions of the Matrix specification, which a create event may name.
    package static let specified = allCases.filter { $0 != .draft2014 }
}

extension RoomVersion: CustomStringConvertible {
    package var description: String { rawValue }
}
