import AuthGraph
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// A public room in a database of its own, which Bob may join as long as its power levels count as accepted.
struct JoinableRoom {
    let database: PostgresConfiguration
    /// The test's own connection, beside those of the processes.
    let other: PostgresConnection
    let room: TestRoom
    /// Bob's join, which is not stored.
    let join: Event

    static let allowed = "member.join.public"
    static let denied = "auth_events.rejected"

    /// A room on `postgres`, where `isStored` with its events.
    init(on postgres: TemporaryPostgres? = nil, isStored: Bool = true) async throws {
        database = try await migratedDatabase(on: postgres)
        // Under a name of its own, so that what it asks is not taken for a process's question.
        other = makeConnection(PostgresConfiguration(url: database.url + "&application_name=test"))
        room = try TestRoom.furnished(.v11)
        join = try room.membership("join", of: .bob)
        if isStored { try await store(room.events) }
    }

    /// Asks whether Bob may join.
    var check: TestJSON { ["event": .event(join), "room_version": "11"] }

    /// All of the room, to be put.
    var put: TestJSON { ["room_version": "11", "events": .events(room.events)] }

    /// A process on the room's database.
    func serve(_ arguments: String...) async throws -> RunningEventauth {
        try await serve(arguments)
    }

    func serve(_ arguments: [String]) async throws -> RunningEventauth {
        try await RunningEventauth(["--database", database.url] + arguments, environment: [:])
    }

    /// Stores events of the room, which the processes that run do not have in memory then.
    func store(_ events: [Event]) async throws {
        let store = PostgresStore(configuration: database, logger: .quiet)
        let outcome = StoredOutcome(verdict: .allow, rule: "test", isRejected: false)
        _ = try await store.save(events.map { NewEvent($0, pdu: $0.pdu, outcome: outcome) })
        await store.close()
    }

    /// Has the power levels count as rejected, or not; returns once that is so for everybody who asks.
    func setRejected(_ isRejected: Bool) async throws {
        guard let levels = room[.powerLevels] else { preconditionFailure("A furnished room has power levels") }
        try await other.run("UPDATE events SET rejected = \(isRejected) WHERE event_id = '\(levels.id)'")
    }

    /// Returns once `count` processes listen to changes, and have acted on having begun to, which must be within half a
    /// minute: the statement after LISTEN is a probe, a second later.
    func waitForListeners(_ count: Int) async throws {
        try await eventually(within: .seconds(30), "\(count) processes listen") {
            let listening = try await other.texts(
                """
                SELECT pid::text FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'eventauth' AND query = 'SELECT 1'
                """
            )
            return listening.count == count
        }
    }

    /// Returns once `server` decides Bob's join by `rule`.
    @discardableResult
    func waitForRule(_ rule: String, of server: RunningEventauth, within limit: Duration) async throws -> Duration {
        let client = try server.connect()
        return try await eventually(within: limit, "the process decides by \(rule)") {
            let reply = try await client.call("auth.check", check)
            return reply.rule == rule
        }
    }
}

extension JoinableRoom {
    /// Questions of every kind about a stored event that is not in memory.
    func questions(about event: Event) -> [(method: String, params: TestJSON)] {
        [
            ("auth.check", ["event_id": .id(event)]),
            ("auth.check", check.setting("state", to: .ids([event]))),
            ("events.get", ["event_ids": .ids([event])]),
            ("graph.chain", ["event_ids": .ids([event])]),
            ("graph.difference", ["sets": [.ids([event]), .ids([room.create])]]),
        ]
    }
}
