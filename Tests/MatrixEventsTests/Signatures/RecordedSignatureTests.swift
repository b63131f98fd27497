import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Events of real homeservers, with their real signatures.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RecordedSignatureTests {
    @Test
    func `every event's signatures verify, and its content matches its hash`() async throws {
        let check = SignatureCheck(keys: try .ofRecordedRooms(), now: .now)
        // Several servers hold the same event.
        var seen: Set<[UInt8]> = []
        for file in ["rooms-dev.jsonl.gz", "rooms-large.jsonl.gz", "rooms-dev-other-views.jsonl.gz"] {
            for recorded in try RecordedRoom.load(file).flatMap(\.events) {
                var writer = CanonicalWriter()
                writer.writeObject(recorded.event.json) { !($0 == "unsigned") }
                guard seen.insert(writer.bytes).inserted else { continue }
                #expect(check.finding(for: recorded.event) == .verified, "\(recorded.recordedID)")
                #expect(recorded.event.contentHashMatches, "\(recorded.recordedID)")
                // Tests that run at the same time wait for answers.
                if seen.count.isMultiple(of: 20) { await Task.yield() }
            }
        }
        #expect(seen.count > 1_000)
    }

    @Test
    func `every event that a homeserver took from a crafted request is really signed`() throws {
        let check = SignatureCheck(keys: try .ofRecordedRooms(), now: .now)
        var count = 0
        for line in try SharedData.objects(in: "rooms/injected.jsonl.gz") {
            let version = try #require(RoomVersion(rawValue: line["room_version"]?.text?.string ?? ""))
            guard line["verdict"]?.text != UTF8Text("dropped"), let value = line["event"] else { continue }
            let event = try Event(value, roomVersion: version)
            #expect(check.finding(for: event) == .verified, "\(event.id)")
            count += 1
        }
        #expect(count > 100)
    }
}
