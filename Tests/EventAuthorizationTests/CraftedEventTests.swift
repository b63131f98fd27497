import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Events that were crafted to break rules and sent to a homeserver, which took them or not.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct CraftedEventTests {
    private struct CraftedEvent {
        let event: JSONValue
        let roomVersion: RoomVersion
        /// What the homeserver did: `accepted`, `soft_failed`, `rejected` or `dropped`.
        let verdict: String
        let label: String
        let room: RecordedRoom

        init?(_ line: JSONObject, in rooms: [String: RecordedRoom]) {
            func text(_ key: StaticString) -> String { line[key]?.text?.string ?? "" }
            guard let roomVersion = RoomVersion(rawValue: text("room_version")), let event = line["event"],
                let room = rooms["\(text("room_id")) at \(text("receiver"))"]
            else { return nil }
            self.event = event
            self.roomVersion = roomVersion
            self.room = room
            verdict = text("verdict")
            label = text("label")
        }

        /// `nil` where the room lacks an event that this one cites.
        func decide() throws -> Decision? {
            let event = try Event(event, roomVersion: roomVersion)
            try event.checkFormat()
            return room.decide(event)
        }
    }

    private static let events = Result {
        let rooms = try RecordedRoom.load("rooms-dev.jsonl.gz").map { ($0.name, $0) }
        let roomsByName = Dictionary(uniqueKeysWithValues: rooms)
        return try SharedData.objects(in: "rooms/injected.jsonl.gz").compactMap { CraftedEvent($0, in: roomsByName) }
    }

    private static func events(_ verdicts: String...) throws -> [CraftedEvent] {
        try events.get().filter { verdicts.contains($0.verdict) }
    }

    @Test
    func `crafted events that the homeserver took are allowed`() throws {
        let events = try Self.events("accepted", "soft_failed")
        #expect(events.count == 217)
        for crafted in events {
            let decision = try #require(try crafted.decide(), "\(crafted.label)")
            #expect(
                decision.verdict == .allow || decision.refusesBooleanKickLevel,
                "\(crafted.label) in version \(crafted.roomVersion): \(decision.reason)"
            )
        }
    }

    @Test
    func `crafted events that the homeserver rejected are denied`() throws {
        let events = try Self.events("rejected")
        #expect(events.count == 449)
        // Only the state before the event tells that the sender has left.
        for crafted in events where crafted.label != "message after leaving, with the old join as auth event" {
            guard let decision = try crafted.decide() else {
                #expect(crafted.label == "auth event of another room")
                continue
            }
            #expect(decision.verdict == .deny, "\(crafted.label) in version \(crafted.roomVersion)")
        }
    }

    @Test
    func `crafted events that made the homeserver fail are not allowed`() throws {
        let events = try Self.events("dropped")
        #expect(events.count == 93)
        for crafted in events {
            do {
                let decision = try #require(try crafted.decide(), "\(crafted.label)")
                #expect(decision.verdict == .deny, "\(crafted.label) in version \(crafted.roomVersion)")
            } catch is FormatViolation {}
        }
    }
}
