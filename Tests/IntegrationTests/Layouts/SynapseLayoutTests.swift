import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// A Synapse's database as it was dumped, read by a role that may do nothing else.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct SynapseLayoutTests {
    /// For tests that change nothing.
    private static let restored = Task { try await HomeserverDatabase.restoredSynapse() }

    @Test
    func `every event that Synapse accepted is allowed by its id, but for levels that no specification allows`()
        async throws
    {
        let database = try await Self.restored.value
        let ids = try await database.texts(
            "SELECT event_id FROM events WHERE event_id NOT IN (SELECT event_id FROM rejections) ORDER BY stream_ordering"
        )
        #expect(ids.count > 4_000)
        let server = try await RunningEventauth(database.arguments, environment: [:])
        let client = try server.connect()
        var replies: [JSONObject] = []
        // No more at once than the database answers in time, busy as the machine may be.
        for start in stride(from: 0, to: ids.count, by: 200) {
            let page = ids[start..<min(start + 200, ids.count)]
            replies += try await client.replies(to: "auth.check", page.map { ["event_id": .string($0)] })
        }
        var denials: [String: Int] = [:]
        for (id, reply) in zip(ids, replies) {
            let result = try #require(reply["result"]?.object, "\(id)")
            #expect(result["event_id"]?.text?.string == id)
            guard result["verdict"]?.text != UTF8Text("allow") else { continue }
            denials[try #require(reply.rule), default: 0] += 1
        }
        // `"kick": true` in the power levels of rooms that this server made, and what rests on it.
        #expect(denials == ["power_levels.malformed": 3, "state.power_levels.malformed": 13])
    }

    @Test(
        arguments: [
            .selectSynapseEvents, .streamSynapseChain, .streamSynapseEvents, .streamSynapseRoom, .selectSynapseState,
            .selectSynapseRooms,
        ] as [Statement]
    )
    func `everything is looked up in Synapse's own indexes, though nobody analyzed its tables`(
        statement: Statement
    ) async throws {
        let connection = makeConnection(try await Self.restored.value.reader)
        let plan = try await connection.plan(of: statement)
        #expect(!plan.contains { $0.contains("Seq Scan on") || $0.contains("Hash") || $0.contains("Merge") }, "\(plan)")
        #expect(plan.contains { $0.contains("Index Cond:") }, "\(plan)")
        await connection.close()
    }

    @Test
    func `what Synapse rejected counts as rejected`() async throws {
        let database = try await Self.restored.value
        let store = PostgresStore(configuration: database.reader, logger: .quiet)
        let rejected = Set(try await database.texts("SELECT event_id FROM rejections").map { EventID($0) })
        let ids = try await database.texts("SELECT event_id FROM events").map { EventID($0) }
        let rows = try await store.load(ids)
        #expect(rows.count == ids.count)
        #expect(Set(rows.filter(\.outcome.isRejected).map(\.id)) == rejected)
        #expect(try await store.load([], outcomesOf: ids).outcomes.count == ids.count)
        await store.close()
    }

    @Test
    func `whole chains are followed, also from events whose citations Synapse keeps in their JSON alone`() async throws
    {
        let database = try await Self.restored.value
        let store = PostgresStore(configuration: database.reader, logger: .quiet)
        let graph = AuthGraph(store: store)
        for version in ["1", "5", "11", "12"] {
            let room = try #require(
                try await database.texts(
                    """
                    SELECT room_id FROM events JOIN rooms USING (room_id)
                    WHERE room_version = '\(version)' GROUP BY room_id ORDER BY count(*) DESC LIMIT 1
                    """
                ).first
            )
            let roomID = try #require(RoomID(UTF8Text(room)))
            let ids = try await database.texts("SELECT event_id FROM events WHERE room_id = '\(room)'").map {
                EventID($0)
            }
            let events = try await store.load(ids).map { try Event(parsing: $0.pdu, roomVersion: $0.roomVersion) }
            let message = try #require(events.last { $0.stateKey == nil && !$0.authEvents.isEmpty })
            let expected = events.chain(of: message)
            let chain = try await graph.chain(of: [message.id], in: roomID)
            #expect(Set(chain.ids) == expected)
            #expect(expected.count > 3)
        }
        await store.close()
    }

    @Test
    func `the current state is Synapse's own, and that of an unknown room is none`() async throws {
        let database = try await Self.restored.value
        let store = PostgresStore(configuration: database.reader, logger: .quiet)
        for room in try await database.texts("SELECT DISTINCT room_id FROM current_state_events LIMIT 20") {
            let expected = try await database.texts(
                "SELECT event_id FROM current_state_events WHERE room_id = '\(room)'"
            )
            let roomID = try #require(RoomID(UTF8Text(room)))
            #expect(Set(try await store.currentState(of: roomID) ?? []) == Set(expected.map { EventID($0) }))
        }
        let unknown = try #require(RoomID(UTF8Text("!nowhere:alpha.test")))
        #expect(try await store.currentState(of: unknown) == nil)
        let unwritable = try #require(RoomID(UTF8Text("!null\u{0}:alpha.test")))
        #expect(try await store.currentState(of: unwritable) == nil)
        #expect(try await store.load(["$null\u{0}:alpha.test"]).isEmpty)
        await store.close()
    }

    @Test
    func `nothing is written, whatever the role may do`() async throws {
        let database = try await Self.restored.value
        var asOwner = database.owner
        asOwner.layout = .synapse
        let connection = PostgresConnection(configuration: asOwner, logger: .quiet)
        await #expect(throws: PostgresError.self) {
            try await connection.run("INSERT INTO rejections VALUES ('$x', 'auth_error', '')")
        }
        await connection.close()
        let server = try await RunningEventauth(database.arguments, environment: [:])
        let room = try SampleRoom()
        let reply = try await server.call(
            "events.put",
            ["room_version": "11", "events": .array(room.events.map { .event($0) })]
        )
        #expect(reply.errorReason == "read_only")
        for command in [["migrate"], ["import", "-"], ["keys", "import", "-"], ["keys", "list"]] {
            let output = try await Eventauth.run(command + database.arguments)
            #expect(output.status != 0)
            #expect(output.errors.contains("this command is not for --layout synapse"), "\(output.errors)")
        }
    }

    @Test
    func `room.replay goes page by page through a room with a past`() async throws {
        let database = try await Self.restored.value
        let room = try #require(
            try await database.texts(
                """
                SELECT room_id FROM events JOIN rooms USING (room_id)
                WHERE room_version = '12' GROUP BY room_id ORDER BY count(*) DESC LIMIT 1
                """
            ).first
        )
        let server = try await RunningEventauth(database.arguments, environment: [:])
        let client = try server.connect()
        var params: TestJSON = ["room_id": .string(room), "limit": 50]
        var replayed: Int64 = 0
        var findings: [String] = []
        while true {
            let result = try #require(try await client.call("room.replay", params)["result"]?.object)
            replayed += result["replayed"]?.number?.int64 ?? 0
            findings += result["findings"]?.array?.compactMap { $0.object?["finding"]?.text?.string } ?? []
            guard let cursor = result["cursor"]?.text else { break }
            params = params.setting("cursor", to: .string(cursor.string))
        }
        let count = try await database.texts("SELECT count(*)::text FROM events WHERE room_id = '\(room)'")
        #expect(count == ["\(replayed)"])
        #expect(findings == ["rejected_but_allowed", "state_reset"])
    }

    @Test
    func `whole chains are verified and remembered in memory alone`() async throws {
        let database = try await Self.restored.value
        let ids = try await database.texts(
            """
            SELECT event_id FROM events JOIN rooms USING (room_id)
            WHERE room_version = '11' AND event_id NOT IN (SELECT event_id FROM rejections)
            ORDER BY stream_ordering DESC LIMIT 50
            """
        )
        let server = try await RunningEventauth(database.arguments, environment: [:])
        let replies = try await server.connect().replies(
            to: "auth.check",
            ids.map { ["event_id": .string($0), "checks": ["format", "hash", "chain"]] }
        )
        #expect(replies.allSatisfy { $0["result"]?.object?["verdict"]?.text == UTF8Text("allow") })
        #expect(!server.log.contains("were not stored"))
    }
}

/// A Synapse's database to which something happens.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct ChangedSynapseTests {
    @Test
    func `a schema that this build does not know is refused, unless the operator vouches for it`() async throws {
        let database = try await HomeserverDatabase.restoredSynapse()
        try await database.change("UPDATE schema_version SET version = 95")
        let refused = try await Eventauth.run(["serve", "--listen", "unix:/tmp/unused"] + database.arguments)
        #expect(refused.status != 0)
        for words in ["schema 95", "programs of schema 84 and later", "72 to 94", "--allow-schema 95"] {
            #expect(refused.errors.contains(words), "\(refused.errors)")
        }
        let server = try await RunningEventauth(database.arguments + ["--allow-schema", "95"], environment: [:])
        #expect(server.log.contains("listening"))
    }

    @Test
    func `a database without a homeserver's tables, or with other ones, is refused`() async throws {
        let empty = try await TemporaryPostgres.shared.makeDatabase()
        for layout in ["synapse", "dendrite"] {
            let output = try await Eventauth.run(
                "serve",
                "--listen",
                "unix:/tmp/unused",
                "--database",
                empty.url,
                "--layout",
                layout
            )
            #expect(output.status != 0)
            #expect(output.errors.contains("has no tables of"), "\(output.errors)")
        }
    }

    @Test
    func `a flag that Synapse flips is seen within --flag-ttl, and content that is not its id's is named`() async throws
    {
        let database = try await HomeserverDatabase.restoredSynapse()
        let row = try #require(
            try await database.texts(
                """
                SELECT e.event_id || ' ' || a.auth_id
                FROM events e JOIN rooms r USING (room_id) JOIN event_auth a USING (event_id) JOIN events m ON m.event_id = a.auth_id
                WHERE r.room_version = '10' AND m.type = 'm.room.member' AND e.type = 'm.room.topic'
                    AND e.event_id NOT IN (SELECT event_id FROM rejections) LIMIT 1
                """
            ).first
        )
        let (id, member) = try #require(row.split(separator: " ").map(String.init).firstTwo)
        let server = try await RunningEventauth(database.arguments + ["--flag-ttl", "0.05"], environment: [:])
        let client = try server.connect()
        #expect(try await client.call("auth.check", ["event_id": .string(id)]).rule != "auth_events.rejected")
        try await database.change("INSERT INTO rejections VALUES ('\(member)', 'auth_error', '')")
        try await eventually(within: .seconds(10), "the flag is read again") {
            try await client.call("auth.check", ["event_id": .string(id)]).rule == "auth_events.rejected"
        }
        let other = try #require(
            try await database.texts(
                "SELECT event_id FROM events JOIN rooms USING (room_id) WHERE room_version = '9' AND type = 'm.room.power_levels' LIMIT 1"
            ).first
        )
        try await database.change(
            "UPDATE event_json SET json = replace(json, '\"users\":', '\"users_\":') WHERE event_id = '\(other)'"
        )
        let reply = try await client.call("auth.check", ["event_id": .string(other)])
        #expect(reply.errorReason == "graph_corrupt")
        #expect(reply["error"]?.object?["data"]?.object?.strings("event_ids") == [other])
    }
}

extension [String] {
    fileprivate var firstTwo: (String, String)? {
        guard let first, let second = dropFirst().first else { return nil }
        return (first, second)
    }
}

extension JSONObject {
    fileprivate func strings(_ key: StaticString) -> [String] {
        self[key]?.array?.compactMap { $0.text?.string } ?? []
    }
}
