import CanonicalJSON
import EventAuthorization
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@Suite("The sample room")
struct SampleRoomTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Samples")

    /// With `WRITE_SAMPLE=1` in the environment the files are written instead.
    @Test func `the sample files hold what their builder makes`() throws {
        let sample = try SampleRoom()
        for (name, events) in [("room-v11.jsonl", sample.events), ("state-v11.jsonl", sample.state)] {
            let file = Self.folder.appending(path: name)
            let lines = events.flatMap { $0.importLine + [UInt8(ascii: "\n")] }
            if ProcessInfo.processInfo.environment["WRITE_SAMPLE"] == "1" { try Data(lines).write(to: file) }
            #expect(try Data(contentsOf: file) == Data(lines))
        }
    }

    @Test func `the rules allow what the room did and refuse what it refused`() throws {
        let sample = try SampleRoom()
        let known = Dictionary(uniqueKeysWithValues: sample.events.map { ($0.id, $0) })
        let refused = Set(sample.refused.map(\.id))
        for event in sample.events {
            let cited = event.authEvents.compactMap { known[$0] }.map { CitedEvent($0) }
            #expect(cited.count == event.authEvents.count)
            let decision = Authorization.decide(event, citing: cited, create: .none)
            #expect((decision.verdict == .deny) == refused.contains(event.id), "\(decision.rule.rawValue)")
            #expect(event.contentHashMatches)
        }
        let rules = sample.refused.map { event in
            let cited = event.authEvents.compactMap { known[$0] }.map { CitedEvent($0) }
            return Authorization.decide(event, citing: cited, create: .none).rule
        }
        #expect(
            rules == [
                .powerRequiredLevel, .memberJoinForbidden, .memberJoinBanned, .powerRequiredLevel,
            ]
        )
    }
}
