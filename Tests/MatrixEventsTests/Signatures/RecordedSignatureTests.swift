import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Events of real homeservers, with their real signatures.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RecordedSignatureTests {
    @Test(arguments: ["rooms-dev.jsonl.gz", "rooms-large.jsonl.gz", "rooms-dev-other-views.jsonl.gz"])
    func `every event's signatures verify, and its content matches its hash`(file: String) throws {
        let check = SignatureCheck(keys: try .ofRecordedRooms(), now: .now)
        var count = 0
        for recorded in try RecordedRoom.load(file).flatMap(\.events) {
            #expect(check.finding(for: recorded.event) == .verified, "\(recorded.recordedID)")
            #expect(recorded.event.contentHashMatches, "\(recorded.recordedID)")
            count += 1
        }
        #expect(count > 1_000)
    }
}
