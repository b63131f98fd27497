import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// `eventauth replay`: the recorded rooms, out of files and out of databases.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct ReplayCommandTests {
    @Test
    func `in the recorded rooms nothing is found but what their README tells of`() async throws {
        let states = try RecordedStates()
        let start = ContinuousClock.now
        let output = try await Eventauth.run("replay", "--json", "--state", states.path, path("rooms-dev.jsonl.gz"))
        print("replay of rooms-dev: \(start.duration(to: .now))")
        #expect(output.status == 1)
        let reports = try reports(output)
        #expect(reports.reduce(0) { $0 + $1.count("events") } == 5_479)
        var counts: [String: Int] = [:]
        for report in reports { counts.merge(report.counts("counts")) { $0 + $1 } }
        let expected = [
            // `"kick": true`, which Synapse takes for 1 until v9, in nine rooms, and what rests on it; some is current.
            "accepted_but_denied": 61, "state_never_allowed": 19,
            // What Synapse rejected by the state before the event.
            "rejected_but_allowed": 3,
            // Events of another room that crafted events cite, and that are in no file.
            "reference_missing": 4,
            // Crafted events set the name of this room while others contradicted them.
            "state_reset": 1,
        ]
        #expect(counts == expected)
    }

    @Test
    func `nothing is found in the large room, out of a file and out of a database`() async throws {
        let states = try RecordedStates()
        var start = ContinuousClock.now
        let output = try await Eventauth.run("replay", "--json", "--state", states.path, path("rooms-large.jsonl.gz"))
        print("replay of the large room: \(start.duration(to: .now))")
        #expect(output.status == 0, "\(output.text.prefix(1_000))")
        let report = try #require(try reports(output).first)
        #expect(report.count("events") == 3_057)
        #expect(report.count("state_events") == 2_209)
        let database = try await migratedDatabase()
        let imported = try await Eventauth.run("import", "--database", database.url, path("rooms-large.jsonl.gz"))
        #expect(imported.status == 0)
        start = .now
        let audit = try await Eventauth.run("audit", "--database", database.url)
        print("audit of the large room: \(start.duration(to: .now))")
        #expect(audit.status == 0, "\(audit.text)")
        #expect(audit.text.contains("1 rooms, 3,057 events of an eventauth database"))
        let room = try #require(report["room_id"]?.text?.string)
        let replay = try await Eventauth.run("replay", "--database", database.url, "--room", room)
        #expect(replay.status == 0)
        #expect(replay.text.contains("no current state is known"))
        #expect(replay.text.contains("nothing found"))
    }

    @Test(arguments: RoomVersion.specified)
    func `faults that are planted in a file are found and named`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let join = try room.join(.bob)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 50])])
        let forged = try room.setPowerLevels(["users": room.levels([.alice: 0, .bob: 100])], by: .bob)
        let message = try room.send("m.room.message", by: .bob)
        func line(_ event: Event, rejected: Bool = false) -> String {
            let object: TestJSON = [
                "room_version": .string(version.rawValue), "event_id": .id(event), "event": .event(event),
                "room_id": .string(room.id.description), "rejected": .raw("\(rejected)"),
            ]
            return String(decoding: object.bytes, as: UTF8.self)
        }
        let folder = try TemporaryFolder()
        let whole = try folder.file("whole.jsonl", Array(room.events.map { line($0) }.joined(separator: "\n").utf8))
        let output = try await Eventauth.run("replay", whole)
        #expect(output.status == 1)
        #expect(output.text.contains("first denied: \(forged.id), stored as accepted"))
        #expect(output.text.contains("accepted_but_denied  \(message.id)"))
        let cut = room.events.filter { $0 !== join && $0 !== forged }.map { line($0, rejected: $0 === message) }
        let gapped = try folder.gzipped("cut.jsonl", Array(cut.joined(separator: "\n").utf8))
        let other = try await Eventauth.run("replay", "--json", gapped)
        let findings = try reports(other).flatMap { $0["findings"]?.array?.compactMap(\.object) ?? [] }
        let missing = findings.filter { $0["finding"]?.text?.string == "reference_missing" }
        #expect(
            Set(missing.compactMap { $0["event_id"]?.text?.string }) == [join.id.description, forged.id.description]
        )
    }

    @Test
    func `a room that is nowhere has no answer`() async throws {
        let database = try await migratedDatabase()
        let output = try await Eventauth.run("replay", "--database", database.url, "--room", "!nowhere:a.example")
        #expect(output.status == 2)
        #expect(output.errors.contains("there is no event of the room !nowhere:a.example"))
    }

    private func path(_ file: String) -> String { SharedData.folder.appending(path: "rooms/\(file)").path() }

    private func reports(_ output: Eventauth.Output) throws -> [JSONObject] {
        try output.text.split(separator: "\n").map { line in
            try #require(try JSONDocument(parsing: Array(line.utf8)).root.object)
        }
    }
}

/// The states of the recorded rooms as the servers saw them whose events the files have.
private struct RecordedStates {
    let path: String
    private let folder: TemporaryFolder

    init() throws {
        var views: Set<String> = []
        for file in ["rooms-dev.jsonl.gz", "rooms-large.jsonl.gz"] {
            for line in try SharedData.objects(in: "rooms/\(file)") { views.insert(line.view) }
        }
        let lines = try SharedData.objects(in: "rooms/room-states.jsonl.gz").filter { views.contains($0.view) }
        folder = try TemporaryFolder()
        path = try folder.file("states.jsonl", Array(lines.map { Array($0.value.source) }.joined(separator: [0x0A])))
    }
}

extension JSONObject {
    fileprivate var view: String {
        "\(self["room_id"]?.text?.string ?? "") at \(self["view"]?.text?.string ?? "")"
    }
}
