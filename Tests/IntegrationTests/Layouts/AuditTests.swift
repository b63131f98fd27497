import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// `eventauth audit` on a Synapse's database as it was dumped.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct AuditTests {
    /// For tests that change nothing.
    private static let restored = Task { try await HomeserverDatabase.restoredSynapse() }

    @Test
    func `the whole dump is gone through, and what is found is what Synapse reads otherwise`() async throws {
        let database = try await Self.restored.value
        let start = ContinuousClock.now
        let report = try await database.audit()
        print("audit of the dump: \(report.count("rooms")) rooms in \(start.duration(to: .now))")
        #expect(report.count("events") == 4_828)
        #expect(report["failed"]?.array?.count == 0)
        #expect(report.counts("findings_by_kind") == Self.found)
        // Where a level is `true`, Synapse takes it for 1 until v9, and the specification for nothing.
        let denied = report.findings("accepted_but_denied")
        let rules = Set(denied.compactMap { $0["rule"]?.text?.string })
        #expect(rules == ["power_levels.malformed", "auth_events.rejected"])
    }

    /// What is found in the dump, by kind.
    static let found = [
        "accepted_but_denied": 20, "rejected_but_allowed": 1, "state_never_allowed": 7, "state_reset": 1,
    ]

    @Test
    func `an audit that was broken off goes on where it was`() async throws {
        let database = try await Self.restored.value
        let folder = try TemporaryFolder()
        let file = folder.path("audit.jsonl")
        let whole = try await database.audit("--resume", file)
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        // Half of it, the last line broken off amid.
        let half =
            lines.prefix(lines.count / 2).joined(separator: "\n") + "\n" + (lines.last { !$0.isEmpty } ?? "").prefix(20)
        try Data(half.utf8).write(to: URL(filePath: file))
        let again = try await database.audit("--resume", file)
        #expect(again.value.source == whole.value.source)
        let other = try await Eventauth.run(
            "audit",
            "--database",
            try await migratedDatabase().url,
            "--resume",
            file
        )
        #expect(other.status == 2)
        #expect(other.errors.contains("is not of an audit of this database in this layout"))
        let twin = try await HomeserverDatabase.restoredSynapse()
        let another = try await Eventauth.run(["audit", "--resume", file] + twin.arguments)
        #expect(another.status == 2)
        #expect(another.errors.contains("is not of an audit of this database in this layout"))
    }

    @Test
    func `rooms that could not be gone through are tried again by an audit that goes on`() async throws {
        let database = try await Self.restored.value
        let folder = try TemporaryFolder()
        let file = folder.path("audit.jsonl")
        let strict = try await Eventauth.run(
            ["audit", "--max-events", "150", "--resume", file] + database.arguments
        )
        #expect(strict.status == 2)
        #expect(strict.text.contains("it has more than 150 events"))
        let report = try await database.audit("--resume", file)
        #expect(report["failed"]?.array?.count == 0)
        #expect(report.count("events") == 4_828)
    }

    @Test
    func `what somebody changed is found and named`() async throws {
        let database = try await HomeserverDatabase.restoredSynapse()
        let changes = try await PlantedFaults(in: database)
        let report = try await database.audit("--findings", "1000")
        for (kind, id) in changes.expected {
            #expect(report.findings(kind).contains { $0["event_id"]?.text?.string == id }, "\(kind) \(id)")
        }
        let reset = report.findings("state_reset").first { $0["event_id"]?.text?.string == changes.resetTo }
        #expect(reset?["related"]?.array?.compactMap { $0.text?.string } == [changes.lost])
    }

    @Test
    func `the report for people names rooms, and the page needs nothing but itself`() async throws {
        let database = try await Self.restored.value
        let text = try await Eventauth.run(["audit"] + database.arguments)
        #expect(text.status == 1)
        #expect(text.text.contains("4,828 events of a Synapse database"))
        #expect(text.text.contains("accepted_but_denied"))
        let page = try await Eventauth.run(["audit", "--output", "html"] + database.arguments)
        #expect(page.status == 1)
        #expect(page.text.hasPrefix("<!DOCTYPE html>"))
        #expect(page.text.contains("<svg "))
        for word in ["<script", "http://", "https://", "src=", "href=", "@import", "url("] {
            #expect(!page.text.contains(word), "\(word)")
        }
    }

    @Test
    func `a room that is named and not there is no audit`() async throws {
        let database = try await Self.restored.value
        let room = try #require(try await database.texts("SELECT room_id FROM rooms ORDER BY room_id LIMIT 1").first)
        let named = ["audit", "--room", room, "--room", room]
        let there = try await Eventauth.run(named + database.arguments)
        #expect([0, 1].contains(there.status))
        #expect(there.text.hasPrefix("1 rooms, "))
        let output = try await Eventauth.run(named + ["--room", "!nope:alpha.test"] + database.arguments)
        #expect(output.status == 2)
        #expect(output.text.contains("!nope:alpha.test: there is no event of it that this build can read"))
    }

    @Test
    func `a room of which no event can be read is there all the same`() async throws {
        let database = try await HomeserverDatabase.restoredSynapse()
        let room = try #require(try await database.texts("SELECT room_id FROM rooms ORDER BY room_id LIMIT 1").first)
        try await database.change("UPDATE event_json SET json = '{}' WHERE room_id = '\(room)'")
        let output = try await Eventauth.run(["audit", "--room", room] + database.arguments)
        #expect(output.status == 1, "\(output.errors)")
        #expect(output.text.contains("content_mismatch"))
    }

    @Test
    func `a room of a version that nobody knows is no audit either`() async throws {
        let database = try await HomeserverDatabase.restoredSynapse()
        let room = try #require(
            try await database.texts("SELECT room_id FROM current_state_events ORDER BY room_id LIMIT 1").first
        )
        try await database.change("UPDATE rooms SET room_version = 'org.example.new' WHERE room_id = '\(room)'")
        let output = try await Eventauth.run(["audit", "--room", room] + database.arguments)
        #expect(output.status == 2)
        #expect(output.text.contains("there is no event of it that this build can read"))
    }

    @Test
    func `rooms beyond a limit, and of versions that nobody knows, are told of and passed over`() async throws {
        let database = try await HomeserverDatabase.restoredSynapse()
        try await database.change(
            """
            UPDATE rooms SET room_version = 'org.example.new'
            WHERE room_id = (SELECT room_id FROM rooms WHERE room_version = '11' LIMIT 1)
            """
        )
        let output = try await Eventauth.run(["audit", "--max-events", "150"] + database.arguments)
        #expect(output.status == 2)
        #expect(output.text.contains("its version org.example.new is not known"))
        #expect(output.text.contains("it has more than 150 events"))
    }

    @Test
    func `an audit without a database that answers is broken off`() async throws {
        let output = try await Eventauth.run("audit", "--database", "postgresql:///nowhere?host=/nowhere")
        #expect(output.status == 2)
        #expect(output.errors.contains("the audit was broken off"))
    }
}

/// Changes to a Synapse's database that nobody may make.
struct PlantedFaults {
    private(set) var expected: [(kind: String, id: String)] = []
    let resetTo: String
    let lost: String

    init(in database: HomeserverDatabase) async throws {
        /// No trigger and no foreign key of Synapse's keeps these from happening.
        func change(_ sql: String) async throws {
            try await database.change("SET session_replication_role = replica; \(sql)")
        }
        func first(_ sql: String) async throws -> String {
            try #require(try await database.texts(sql).first, "\(sql)")
        }
        func room(_ version: String, _ type: String) async throws -> String {
            try await first(
                """
                SELECT room_id FROM events JOIN rooms USING (room_id)
                WHERE room_version = '\(version)' AND type = '\(type)' AND NOT outlier
                GROUP BY room_id HAVING count(*) > 3 ORDER BY count(*) DESC, room_id LIMIT 1
                """
            )
        }
        func accepted(_ room: String, _ type: String, _ rest: String = "") async throws -> String {
            try await first(
                """
                SELECT event_id FROM events
                WHERE room_id = '\(room)' AND type = '\(type)' AND NOT outlier
                    AND event_id NOT IN (SELECT event_id FROM rejections) \(rest)
                ORDER BY topological_ordering LIMIT 1
                """
            )
        }
        // A swapped flag, both ways.
        let swapped = try await accepted(try await room("4", "m.room.power_levels"), "m.room.power_levels")
        try await change("INSERT INTO rejections VALUES ('\(swapped)', 'auth_error', '')")
        expected += [("rejected_but_allowed", swapped), ("rejected_cited", swapped)]
        let rejected = try await first(
            """
            SELECT event_id FROM rejections JOIN events USING (event_id) JOIN rooms USING (room_id)
            WHERE room_version = '12' AND type = 'm.room.member' ORDER BY stream_ordering LIMIT 1
            """
        )
        try await change(
            """
            DELETE FROM rejections WHERE event_id = '\(rejected)';
            UPDATE events SET rejection_reason = NULL WHERE event_id = '\(rejected)'
            """
        )
        expected.append(("accepted_but_denied", rejected))
        // A power levels event with another content under the same id.
        let forged = try await accepted(try await room("7", "m.room.power_levels"), "m.room.power_levels")
        try await change(
            "UPDATE event_json SET json = replace(json, '\"users_default\":', '\"users_standard\":') WHERE event_id = '\(forged)'"
        )
        expected += [("content_mismatch", forged), ("reference_missing", forged)]
        // A member event cut out.
        let cut = try await first(
            """
            SELECT e.event_id FROM events e JOIN rooms r USING (room_id) JOIN event_auth a ON a.auth_id = e.event_id
            WHERE r.room_version = '8' AND e.type = 'm.room.member' ORDER BY e.event_id LIMIT 1
            """
        )
        try await change(
            """
            DELETE FROM event_json WHERE event_id = '\(cut)';
            DELETE FROM events WHERE event_id = '\(cut)'
            """
        )
        expected.append(("reference_missing", cut))
        // State that fell back to the first of two power levels.
        let last = try await first(
            """
            SELECT c.event_id FROM current_state_events c JOIN rooms r USING (room_id) JOIN event_auth a USING (event_id)
            JOIN events p ON p.event_id = a.auth_id
            JOIN event_edges d ON d.prev_event_id = c.event_id
            WHERE r.room_version = '5' AND c.type = 'm.room.power_levels' AND p.type = 'm.room.power_levels'
            ORDER BY c.event_id LIMIT 1
            """
        )
        let before = try await first(
            """
            SELECT p.event_id FROM event_auth a JOIN events p ON p.event_id = a.auth_id
            WHERE a.event_id = '\(last)' AND p.type = 'm.room.power_levels'
            """
        )
        try await change("UPDATE current_state_events SET event_id = '\(before)' WHERE event_id = '\(last)'")
        (resetTo, lost) = (before, last)
        // State that was never allowed.
        let intruder = try await first(
            """
            SELECT e.event_id FROM rejections JOIN events e USING (event_id) JOIN rooms USING (room_id)
            WHERE room_version = '3' AND e.type = 'm.room.member' AND e.state_key IS NOT NULL
            ORDER BY stream_ordering LIMIT 1
            """
        )
        try await change(
            """
            INSERT INTO current_state_events (event_id, room_id, type, state_key)
            SELECT event_id, room_id, type, state_key FROM events WHERE event_id = '\(intruder)'
            ON CONFLICT (room_id, type, state_key) DO UPDATE SET event_id = excluded.event_id
            """
        )
        expected.append(("state_never_allowed", intruder))
    }
}

extension HomeserverDatabase {
    /// What an audit prints as JSON.
    func audit(_ options: String...) async throws -> JSONObject {
        let output = try await Eventauth.run(["audit", "--output", "json"] + arguments + options)
        #expect(output.status < 2, "\(output.errors)")
        return try #require(try JSONDocument(parsing: Array(output.text.utf8)).root.object, "\(output.errors)")
    }
}

extension JSONObject {
    func count(_ key: StaticString) -> Int { self[key]?.number?.int64.map { Int($0) } ?? 0 }

    func counts(_ key: StaticString) -> [String: Int] {
        let counts = self[key]?.object?.map { ($0.key.string, Int($0.value.number?.int64 ?? 0)) } ?? []
        return Dictionary(counts) { first, _ in first }
    }

    /// The findings of a kind, of all rooms that an audit tells of.
    func findings(_ kind: String) -> [JSONObject] {
        let rooms = self["affected"]?.array?.compactMap(\.object) ?? []
        return rooms.flatMap { $0["findings"]?.array?.compactMap(\.object) ?? [] }
            .filter { $0["finding"]?.text?.string == kind }
    }
}
