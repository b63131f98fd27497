import AuthorizationService
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

struct ImportedEventTests {
    @Test
    func `a line has a room version, an event, and what its homeserver said`() throws {
        let create = try TestRoom(version: .v11).create
        let line: TestJSON = [
            "room_version": "11", "event_id": .id(create), "event": .event(create), "rejected": true, "more": [1],
        ]
        let imported = try ImportedEvent(line: line.bytes)
        #expect(imported.event.id == create.id)
        #expect(imported.event.roomVersion == .v11)
        #expect(imported.wasRejected == true)
        #expect(try ImportedEvent(line: line.setting("rejected", to: nil).bytes).wasRejected == nil)
    }

    @Test(arguments: [
        ("{", "the line is not JSON"),
        ("", "the line is not JSON"),
        ("[]", "the line is not a JSON object"),
        ("{}", "the line has no \"room_version\""),
        (#"{"room_version":"11"}"#, "the line has no \"event\""),
        (#"{"room_version":"11","event":[]}"#, "the line has no \"event\""),
        (#"{"room_version":"13","event":{}}"#, "the room version \"13\" is not known"),
        (#"{"room_version":"11","event":{}}"#, "the event is not valid: type is absent"),
    ])
    func `a line that is none is refused with the reason`(line: String, reason: String) {
        let refusal = #expect(throws: ImportRefusal.self) { try ImportedEvent(line: Array(line.utf8)) }
        #expect(refusal?.description.hasPrefix(reason) == true)
    }

    @Test
    func `a line that names another id than the event's is refused`() throws {
        let create = try TestRoom(version: .v11).create
        let line: TestJSON = ["room_version": "11", "event_id": "$other", "event": .event(create)]
        let refusal = #expect(throws: ImportRefusal.self) { try ImportedEvent(line: line.bytes) }
        #expect(refusal?.description == "the line names $other, and the event's id is \(create.id)")
    }

    @Test
    func `an event that breaks a limit of its room version is refused`() throws {
        let create = try TestRoom(version: .v11).create
        let line: TestJSON = ["room_version": "11", "event": TestJSON.event(create).setting("depth", to: -1)]
        let refusal = #expect(throws: ImportRefusal.self) { try ImportedEvent(line: line.bytes) }
        #expect(refusal?.description == "the event is not valid: depth is not an integer from 0 on")
    }
}
