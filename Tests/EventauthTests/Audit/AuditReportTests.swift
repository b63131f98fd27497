import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import PostgresStore
import Testing

@testable import eventauth

/// What an audit makes of what it found.
struct AuditReportTests {
    @Test
    func `rooms without findings are only counted, and others named, those with most first`() throws {
        var summary = AuditSummary(layout: .synapse)
        summary.add(try line("!quiet:a", findings: 0))
        summary.add(try line("!one:a", findings: 1))
        summary.add(try line("!three:a", findings: 3))
        #expect(summary.roomCount == 3)
        #expect(summary.findingCount == 4)
        #expect(summary.named.map(\.roomID.description) == ["!three:a", "!one:a"])
        #expect(summary.kinds.map(\.kind) == ["accepted_but_denied"])
        #expect(summary.kinds.map(\.rooms) == [2])
    }

    @Test
    func `however many rooms have findings, a thousand are kept`() throws {
        var summary = AuditSummary(layout: .native)
        for number in 0..<2_500 { summary.add(try line("!room\(number):a", findings: number == 7 ? 9 : 1)) }
        #expect(summary.affected.count <= 2 * AuditSummary.namedRoomLimit)
        #expect(summary.named.count == AuditSummary.namedRoomLimit)
        #expect(summary.named.first?.roomID.description == "!room7:a")
        #expect(summary.affectedCount == 2_500)
        #expect(AuditPage(summary).text.contains("And 1,500 more rooms."))
    }

    @Test
    func `nothing that a room or an event says becomes part of the page`() throws {
        let hostile = #"!<script>alert("1")</script>&'\#u{202E}:a"#
        var summary = AuditSummary(layout: .dendrite)
        summary.add(try line(hostile, findings: 1, reason: "<img src=x onerror=alert(1)>"))
        summary.add(AuditLine(try #require(RoomID(UTF8Text("!<b>:a"))), failure: "<i>no</i>"))
        let page = AuditPage(summary).text
        for word in ["<script", "<img", "<b>:", "<i>", "\u{202E}"] { #expect(!page.contains(word), "\(word)") }
        #expect(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"))
        #expect(page.contains("&lt;img src=x"))
    }

    @Test
    func `a line that was broken off is none`() throws {
        let whole = try line("!room:a", findings: 2).json.value.source
        for count in 0..<whole.count { #expect(AuditLine(parsing: Array(whole.prefix(count))) == nil) }
        #expect(AuditLine(parsing: Array(whole))?.findingCount == 2)
    }

    @Test(arguments: RoomVersion.specified)
    func `what a replay found is what its line says`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let forged = try room.event("m.room.topic", by: .bob, stateKey: "", content: ["topic": "mine"])
        room.add(forged)
        let store = MemoryEventStore()
        store.keep(
            room.events.map { event in
                StoredEvent(
                    id: event.id,
                    roomID: room.id,
                    roomVersion: version,
                    pdu: Array(event.json.value.source),
                    outcome: StoredOutcome(verdict: .allow, rule: "test", isRejected: false)
                )
            }
        )
        let line = AuditLine(try await RoomReport(of: room.id, in: AuthGraph(store: store), findingLimit: 10))
        #expect(line.roomID == room.id)
        #expect(line.roomVersion == version.rawValue)
        #expect(line.eventCount == room.events.count)
        #expect(line.findings.map { $0.string("event_id") } == [forged.id.description])
        #expect(line.counts("denials").map(\.name) == ["sender.not_joined"])
        #expect(line.failure == nil)
    }

    private func line(_ room: String, findings: Int, reason: String = "why") throws -> AuditLine {
        let finding: TestJSON = ["finding": "accepted_but_denied", "event_id": "$a", "reason": .string(reason)]
        let counts: TestJSON = findings == 0 ? [:] : ["accepted_but_denied": .raw("\(findings)")]
        let object: TestJSON = [
            "room_id": .string(room), "room_version": "11", "events": 5, "allowed": 5, "denied": 0, "undecided": 0,
            "stored_as_rejected": 0, "redacted": 0, "denials": [:], "state_events": .raw("null"), "counts": counts,
            "findings": .array(Array(repeating: finding, count: findings)),
        ]
        return try #require(AuditLine(parsing: object.bytes))
    }
}
