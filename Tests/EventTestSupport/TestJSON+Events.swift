import CanonicalJSON
package import MatrixEvents

extension TestJSON {
    package static func event(_ event: Event) -> TestJSON {
        .object(event.json.map { (key: $0.key.string, value: TestJSON($0.value)) })
    }

    package static func events(_ events: [Event]) -> TestJSON { .array(events.map { .event($0) }) }
    package static func ids(_ events: [Event]) -> TestJSON { .array(events.map { .id($0) }) }
    package static func id(_ event: Event) -> TestJSON { .string(event.id.description) }

    /// The event as servers show it to those outside its room.
    package static func stripped(_ event: Event) -> TestJSON {
        let kept = ["type", "state_key", "sender", "content"]
        guard case .object(let members) = TestJSON.event(event) else { return nil }
        return .object(members.filter { kept.contains($0.key) })
    }
}
