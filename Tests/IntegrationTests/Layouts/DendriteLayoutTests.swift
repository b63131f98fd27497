import AuthGraph
import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// The recorded rooms in the tables of a Dendrite, read by a role that may do nothing else.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct DendriteLayoutTests {
    /// For tests that change nothing.
    private static let filled = Task { try await HomeserverDatabase.filledDendrite() }

    @Test
    func `every accepted event is allowed by its id, but for levels that no specification allows`() async throws {
        let database = try await Self.filled.value
        let ids = try await database.texts(
            "SELECT event_id FROM roomserver_events WHERE NOT is_rejected ORDER BY event_nid"
        )
        #expect(ids.count > 4_000)
        let server = try await RunningEventauth(database.arguments, environment: [:])
        let replies = try await server.connect().replies(to: "auth.check", ids.map { ["event_id": .string($0)] })
        var denials: [String: Int] = [:]
        for (id, reply) in zip(ids, replies) {
            let result = try #require(reply["result"]?.object, "\(id)")
            guard result["verdict"]?.text != UTF8Text("allow") else { continue }
            denials[try #require(reply.rule), default: 0] += 1
        }
        #expect(denials == ["power_levels.malformed": 3, "state.power_levels.malformed": 13])
        let put = try await server.call(
            "events.put",
            ["room_version": "11", "events": .events(try SampleRoom().events)]
        )
        #expect(put.errorReason == "read_only")
    }

    @Test
    func `flags, whole chains and current states are Dendrite's own`() async throws {
        let database = try await Self.filled.value
        let store = PostgresStore(configuration: database.reader, logger: .quiet)
        let ids = try await database.texts("SELECT event_id FROM roomserver_events").map { EventID($0) }
        let rows = try await store.load(ids)
        let rejected = try await database.texts("SELECT event_id FROM rejections")
        #expect(rows.count == ids.count)
        #expect(Set(rows.filter(\.outcome.isRejected).map(\.id)) == Set(rejected.map { EventID($0) }))
        let rooms = Dictionary(grouping: rows, by: \.roomID).filter { $0.value.count > 50 }
        #expect(rooms.count > 5)
        let graph = AuthGraph(store: store)
        for (roomID, rows) in rooms {
            let room = try rows.map { try Event(parsing: $0.pdu, roomVersion: $0.roomVersion) }
            let message = try #require(room.last { $0.stateKey == nil && !$0.authEvents.isEmpty })
            let chain = try await graph.chain(of: [message.id], in: roomID)
            #expect(Set(chain.ids) == room.chain(of: message))
            let state = try await database.texts(
                "SELECT event_id FROM current_state_events WHERE room_id = '\(roomID)'"
            )
            #expect(Set(try await store.currentState(of: roomID) ?? []) == Set(state.map { EventID($0) }))
        }
        let unknown = try #require(RoomID(UTF8Text("!nowhere:alpha.test")))
        #expect(try await store.currentState(of: unknown) == nil)
        await store.close()
    }

    @Test
    func `an audit finds the same as in Synapse's tables`() async throws {
        let database = try await Self.filled.value
        let report = try await database.audit()
        #expect(report.count("events") == 4_828)
        #expect(report.counts("findings_by_kind") == AuditTests.found)
    }

    @Test(
        arguments: [
            .selectDendriteEvents, .streamDendriteChain, .streamDendriteEvents, .selectDendriteState,
            .selectDendriteRooms,
        ] as [Statement]
    )
    func `everything but whole rooms is looked up in Dendrite's own indexes`(statement: Statement) async throws {
        let connection = makeConnection(try await Self.filled.value.reader)
        let plan = try await connection.plan(of: statement)
        #expect(!plan.contains { $0.contains("Seq Scan on") || $0.contains("Hash") || $0.contains("Merge") }, "\(plan)")
        await connection.close()
    }

    @Test
    func `a migration that this build does not know is refused, unless the operator vouches for it`() async throws {
        let database = try await HomeserverDatabase.filledDendrite()
        try await database.change("INSERT INTO db_migrations VALUES ('roomserver: all is new', '', '')")
        let room = try #require(try await database.texts("SELECT room_id FROM roomserver_rooms LIMIT 1").first)
        let arguments = ["replay", "--room", room] + database.arguments
        let refused = try await Eventauth.run(arguments)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("with \"roomserver: all is new\", which this eventauth does not know"))
        let allowed = try await Eventauth.run(arguments + ["--allow-schema", "roomserver: all is new"])
        #expect([0, 1].contains(allowed.status), "\(allowed.errors)")
        try await database.change("DELETE FROM db_migrations")
        let old = try await Eventauth.run(arguments)
        #expect(old.errors.contains("with \"before roomserver: state blocks refactor\""), "\(old.errors)")
    }
}

extension [Event] {
    /// Everything that `event` is authorized by, however far, all of it among these.
    func chain(of event: Event) -> Set<EventID> {
        let byID = Dictionary(map { ($0.id, $0) }) { first, _ in first }
        var chain: Set<EventID> = []
        var queue = event.citedOrImplied
        while let id = queue.popLast() {
            if chain.insert(id).inserted { queue += byID[id]?.citedOrImplied ?? [] }
        }
        return chain
    }
}
