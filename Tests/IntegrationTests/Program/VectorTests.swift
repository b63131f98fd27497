import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// The shared vectors through a socket.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct VectorTests {
    @Test
    func `every vector is decided as given, by the rule given`() async throws {
        let vectors =
            try AuthorizationVector.load("vectors-dev.jsonl.gz")
            + AuthorizationVector.load("vectors-dev-rejected.jsonl.gz")
        #expect(vectors.count > 6_000)
        let server = try await RunningEventauth()
        let replies = try await server.connect().replies(to: "auth.check", vectors.map(\.parameters))
        for (vector, reply) in zip(vectors, replies) {
            let name =
                "\(vector.name) \(vector.kind) \(vector.rule): \(String(decoding: reply.value.source, as: UTF8.self))"
            guard let result = reply["result"]?.object else {
                // What nobody has is no denial here (RULES 2.2), and the vectors' room ids of v12 have no create event.
                let isMissing = reply["error"]?.object?["data"]?.object?["reason"]?.text == UTF8Text("events_missing")
                #expect(isMissing && vector.roomVersion == .v12 && vector.rule == "2", "\(name)")
                continue
            }
            #expect(result["verdict"]?.text?.string == (vector.isAboutFormat ? "deny" : vector.verdict), "\(name)")
            #expect((result["gate"]?.text == UTF8Text("format")) == vector.isAboutFormat, "\(name)")
            guard !vector.isAboutFormat else { continue }
            let rule = try #require(result["rule"]?.text.flatMap { Rule(rawValue: $0.string) }, "\(name)")
            let isRuleGiven = VectorRule(label: vector.rule, roomVersion: vector.roomVersion).names(rule)
            #expect(isRuleGiven || VectorDifference.explains(vector, decidedBy: rule), "\(name)")
            #expect(result["event_id"]?.text?.string == vector.eventID, "\(name)")
        }
    }
}

extension AuthorizationVector {
    /// The parameters of `auth.check`.
    var parameters: TestJSON {
        [
            "event": TestJSON(event), "events": .array(citedEvents.map { TestJSON($0) }),
            "room_version": .string(roomVersion.rawValue), "rejected": .array(rejectedIDs.map { .string($0) }),
        ]
    }
}
