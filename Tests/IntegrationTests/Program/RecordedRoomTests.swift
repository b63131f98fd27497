import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// Rooms that three homeservers made among themselves, imported and decided again through a socket.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RecordedRoomTests {
    /// A database with both files, and what each import said.
    private static let imported = Task {
        let database = try await migratedDatabase()
        var summaries: [JSONObject] = []
        for file in ["rooms-dev.jsonl.gz", "rooms-large.jsonl.gz", "rooms-dev.jsonl.gz"] {
            let path = SharedData.folder.appending(path: "rooms/\(file)").path()
            let output = try await Eventauth.run("import", "--json", "--database", database.url, path)
            summaries.append(try #require(try JSONDocument(parsing: output.text).root.object, "\(output.errors)"))
        }
        return (database: database, summaries: summaries)
    }

    @Test
    func `every event is stored but for the four whose references are in no file`() async throws {
        let summaries = try await Self.imported.value.summaries
        #expect(summaries.map { $0["stored"]?.number?.int64 } == [5_475, 3_057, 0])
        #expect(summaries.map { $0["known"]?.number?.int64 } == [0, 0, 5_475])
        #expect(summaries.map { $0["refused"]?.array?.count } == [4, 0, 4])
        let reasons = summaries[0]["refused"]?.array?.compactMap { $0.object?["reason"]?.text?.string }
        #expect(
            reasons?.allSatisfy { $0.contains("$inj57e6e39129266f98f924:alpha.test:18481, which is neither") } == true
        )
    }

    @Test(arguments: ["rooms-dev.jsonl.gz", "rooms-large.jsonl.gz"])
    func `what a homeserver accepted is allowed, by its id and as a whole`(file: String) async throws {
        let server = try await RunningEventauth("--database", try await Self.imported.value.database.url)
        let events = try SharedData.objects(in: "rooms/\(file)").compactMap { try RecordedEvent($0) }
            .filter { !$0.isRejected }
        for makeParams in [parametersByID, parametersInFull] {
            let replies = try await server.connect().replies(to: "auth.check", events.map { makeParams($0.event) })
            var exceptions: [String: Int] = [:]
            for (recorded, reply) in zip(events, replies) {
                let result = try #require(reply["result"]?.object, "\(recorded.recordedID)")
                #expect(result["event_id"]?.text?.string == recorded.recordedID)
                guard result["verdict"]?.text != UTF8Text("allow") else { continue }
                let rule = try #require(result["rule"]?.text?.string)
                #expect(recorded.event.roomVersion.allowsBooleanLevelsAtSynapse, "\(recorded.recordedID)")
                exceptions[rule, default: 0] += 1
            }
            // In each room of versions 1 to 9 an event crafted for it says `"kick": true`, which Synapse takes for 1 and
            // the specification for nothing. It is rejected here, and so is what cites it.
            let expected = ["power_levels.malformed": 9, "auth_events.rejected": 52]
            #expect(exceptions == (file == "rooms-dev.jsonl.gz" ? expected : [:]))
        }
    }

    @Test
    func `what a homeserver rejected for its auth events is denied`() async throws {
        let server = try await RunningEventauth("--database", try await Self.imported.value.database.url)
        let events = try SharedData.objects(in: "rooms/rooms-dev.jsonl.gz").compactMap { try RecordedEvent($0) }
            .filter { $0.isRejected && $0.refusal != .byStateBefore }
        let replies = try await server.connect().replies(to: "auth.check", events.map { parametersInFull($0.event) })
        var missing = 0
        for (recorded, reply) in zip(events, replies) {
            if let reason = reply["error"]?.object?["data"]?.object?["reason"]?.text {
                #expect(reason == UTF8Text("events_missing"))
                missing += 1
            } else {
                #expect(reply["result"]?.object?["verdict"]?.text == UTF8Text("deny"), "\(recorded.recordedID)")
            }
        }
        #expect(missing == 4)
    }

    private var parametersByID: (Event) -> TestJSON { { ["event_id": .id($0)] } }

    private var parametersInFull: (Event) -> TestJSON {
        { ["event": .event($0), "room_version": .string($0.roomVersion.rawValue)] }
    }
}

extension RoomVersion {
    fileprivate var allowsBooleanLevelsAtSynapse: Bool { ![.v10, .v11, .v12, .draft2014].contains(self) }
}
