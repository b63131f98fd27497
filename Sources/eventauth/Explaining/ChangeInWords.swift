import CanonicalJSON

/// What would have to be otherwise, as `nearest` has it, for people.
struct ChangeInWords {
    let text: String

    /// - Parameter change: the value of `nearest`, where it is not null.
    init(_ change: JSONObject) {
        let changes = change["changes"]?.array?.compactMap(\.object) ?? [change]
        text = changes.map(Self.words).joined(separator: ", and ")
    }

    private static func words(_ change: JSONObject) -> String {
        let (from, to) = (change["from"]?.words ?? "absent", change["to"]?.words ?? "absent")
        return switch change.string("change") {
        case "sender_power": "a power level of \(to) for the sender, who has \(from)"
        case "user_power": "a power level of \(to) for \(change.string("user")), who has \(from)"
        case "membership": "the membership \(to) for \(change.string("user")), which is \(from)"
        case "join_rule": "the join rule \(to), which is \(from)"
        case "signature": "a signature by \(change.string("server"))"
        case "level": "no level at \(change.string("path")), which is \(from)"
        case "state_key": "the state key \(to), which is \(from)"
        default: reference(change)
        }
    }

    private static func reference(_ change: JSONObject) -> String {
        if change["remove"] != nil { return "no reference to \(change.string("remove"))" }
        if change["accept"] != nil { return "\(change.string("accept")) not rejected" }
        return "a reference to the room's \(change.strings("add").first ?? "event")"
    }
}
