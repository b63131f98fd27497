package import CanonicalJSON
package import EventAuthorization
package import MatrixEvents

/// One line of the authorization vectors: an event, the events it cites, and the verdict expected.
package struct AuthorizationVector: Sendable {
    package let name: String
    package let roomVersion: RoomVersion
    package let kind: String
    package let event: JSONValue
    package let citedEvents: [JSONValue]
    package let verdict: String
    package let rule: String
    package let isAboutFormat: Bool
    package let eventID: String?
    package let citedIDs: [String?]
    package let rejectedIDs: [String]
    package let flags: [String]

    package init?(_ line: JSONObject) {
        func text(_ key: StaticString) -> String? { line[key]?.text?.string }
        func texts(_ key: StaticString) -> [String?] { line[key]?.array?.map { $0.text?.string } ?? [] }
        guard let name = text("id"), let version = text("room_version").flatMap(RoomVersion.init(rawValue:)),
            let event = line["event"], let verdict = text("verdict")
        else { return nil }
        self.name = name
        roomVersion = version
        self.event = event
        self.verdict = verdict
        kind = text("kind") ?? ""
        citedEvents = line["auth_events"]?.array?.map { $0 } ?? []
        rule = text("rule") ?? ""
        isAboutFormat = text("class") == "format"
        eventID = text("event_id")
        citedIDs = texts("auth_event_ids")
        rejectedIDs = texts("rejected_auth_event_ids").compactMap { $0 }
        flags = texts("flags").compactMap { $0 }
    }

    package static func load(_ file: String) throws -> [AuthorizationVector] {
        try SharedData.objects(in: "vectors/\(file)").compactMap { AuthorizationVector($0) }
    }

    /// The event and what it cites, as the rules take them.
    package func read() throws -> (event: Event, citing: [CitedEvent], create: ImpliedCreate) {
        let event = try Event(event, roomVersion: roomVersion)
        var known: [EventID: CitedEvent] = [:]
        for value in citedEvents {
            let cited = try Event(value, roomVersion: roomVersion)
            known[cited.id] = CitedEvent(cited, isRejected: rejectedIDs.contains(cited.id.description))
        }
        // An event may cite the same one twice; the vectors hold it once.
        let cited = event.authEvents.compactMap { known[$0] }
        guard AuthorizationRules(roomVersion).createIsImpliedByRoomID, !event.isCreate else {
            return (event, cited, .none)
        }
        return (event, cited, known[event.roomID.createEventID].map { .event($0) } ?? .impossible)
    }
}
