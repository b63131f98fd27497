import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// A process that reads from standbys of its PostgreSQL, which lag, hang and go away.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct ReplicaTests {
    @Test
    func `cold reads go to the replica, and what it does not have is asked of the database`() async throws {
        let scene = try await ReplicaScene()
        let onDatabase = try await StatementLog(of: scene.room.database, on: scene.postgres)
        let onReplica = StatementLog(following: onDatabase, on: scene.standby)
        let server = try await scene.serve("--flag-ttl", "3600")
        let rows = ["select_events"]
        let hash = TestJSON.id(scene.room.join)
        try await expect(onReplica, rows, onDatabase, []) {
            let reply = try await server.call("auth.check", scene.room.check)
            #expect(reply.rule == JoinableRoom.allowed)
        }
        try await expect(onReplica, rows, onDatabase, rows) {
            let reply = try await server.call("auth.check", ["event_id": hash])
            #expect(reply.errorReason == "events_missing")
        }
        // An id that does not come from the event's content may be another room's event on the replica.
        try await expect(onReplica, [], onDatabase, rows) {
            let reply = try await server.call("auth.check", ["event_id": "$old:a.example"])
            #expect(reply.errorReason == "events_missing")
        }
    }

    @Test
    func `an event that has not come to the replica yet is not unknown`() async throws {
        let scene = try await ReplicaScene()
        let server = try await scene.serve("--flag-ttl", "3600")
        try await scene.pauseReplay()
        let joins = try (1...5).map { try scene.room.room.membership("join", of: UserID(stringLiteral: "@u\($0):b")) }
        try await scene.room.store(joins)
        for join in joins {
            #expect(try await server.call("auth.check", ["event_id": .id(join)]).rule == JoinableRoom.allowed)
            let chain = try await server.call("graph.chain", ["event_ids": .ids([join])])
            #expect(chain["result"]?.object?["missing"]?.array?.count == 0)
        }
        #expect(try await scene.texts("SELECT event_id::text FROM events", onReplica: true).count == 4)
    }

    @Test
    func `cold reads are answered while the database is away, but for what the replica does not have`() async throws {
        let scene = try await ReplicaScene()
        let server = try await scene.serve("--flag-ttl", "3600")
        try scene.postgres.stop()
        #expect(try await server.call("auth.check", ["event_id": .id(scene.room.join)]).isUnavailable)
        #expect(try await server.call("auth.check", scene.room.check).rule == JoinableRoom.allowed)
        #expect(try await server.call("events.put", scene.room.put).isUnavailable)
        try scene.postgres.start()
        try await eventually(within: .seconds(30), "the database is asked again") {
            try await server.call("auth.check", ["event_id": .id(scene.room.join)]).errorReason == "events_missing"
        }
    }

    @Test
    func `a flip that was told is never overlooked, whatever the replica still says`() async throws {
        let scene = try await ReplicaScene()
        let server = try await scene.serve("--flag-ttl", "3600")
        try await scene.room.waitForListeners(1)
        #expect(try await server.call("auth.check", scene.room.check).rule == JoinableRoom.allowed)
        try await scene.pauseReplay()
        for isRejected in [true, false, true] {
            try await scene.room.setRejected(isRejected)
            let rule = isRejected ? JoinableRoom.denied : JoinableRoom.allowed
            try await scene.room.waitForRule(rule, of: server, within: .seconds(15))
            for _ in 0..<50 {
                #expect(try await server.call("auth.check", scene.room.check).rule == rule)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test
    func `a flip that nobody told of is known in time, whatever the replica still says`() async throws {
        let scene = try await ReplicaScene()
        try await scene.room.other.run("ALTER TABLE events DISABLE TRIGGER events_notify_outcomes")
        let server = try await scene.serve("--flag-ttl", "2")
        let client = try server.connect()
        for isRejected in [true, false] {
            try await scene.resumeReplay()
            try await scene.waitUntilAsked(server)
            try await scene.pauseReplay()
            // Read now, and so once more when the replica is behind, but not too far to be asked.
            try await Task.sleep(for: .milliseconds(2_500))
            #expect(try await client.call("auth.check", scene.room.check).rule != nil)
            try await Task.sleep(for: .milliseconds(1_400))
            try await scene.room.setRejected(isRejected)
            let flip = ContinuousClock.now
            while ContinuousClock.now - flip < .seconds(4) {
                let asked = ContinuousClock.now
                let reply = try await client.call("auth.check", scene.room.check)
                // A tick of the clock and what a busy machine takes are beside the two seconds.
                guard asked - flip > .milliseconds(2_300) else { continue }
                #expect(reply.rule == (isRejected ? JoinableRoom.denied : JoinableRoom.allowed))
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test
    func `a replica that hangs or stops costs no decision, and is asked again when it is back`() async throws {
        let scene = try await ReplicaScene()
        // Everything is read each second anew.
        let server = try await scene.serve("--flag-ttl", "1")
        let client = try server.connect()
        func expectDecisions(_ count: Int) async throws {
            for _ in 0..<count {
                #expect(try await client.call("auth.check", scene.room.check).rule == JoinableRoom.allowed)
                #expect(
                    try await client.call("auth.check", ["event_id": .id(scene.room.join)]).errorReason
                        == "events_missing"
                )
            }
        }
        try await expectDecisions(20)

        let sessions = try await scene.onReplica.otherProcesses()
        try #require(!sessions.isEmpty)
        for session in sessions { kill(session, SIGSTOP) }
        try await expectDecisions(20)
        for session in sessions { kill(session, SIGCONT) }
        try await scene.waitUntilAsked(server)

        try scene.standby.stop()
        try await expectDecisions(100)
        try scene.standby.start()
        try await scene.waitUntilAsked(server)
        try await expectDecisions(20)
    }

    @Test
    func `one of two replicas is enough, and what follows nobody is never asked`() async throws {
        let scene = try await ReplicaScene()
        let log = try await StatementLog(of: scene.room.database, on: scene.postgres)
        let away = "postgresql://nobody@127.0.0.1:1/nothing"
        // The database itself, and one that is not there.
        let server = try await scene.serve(
            "--flag-ttl",
            "0.5",
            "--database-read",
            "\(scene.room.database.url)&application_name=eventauth \(away)"
        )
        let asked = try await log.statements {
            for _ in 0..<30 {
                #expect(try await server.call("auth.check", scene.room.check).rule == JoinableRoom.allowed)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(asked.count < 3)
    }

    /// Expects what `body` has either server do.
    private func expect(
        _ replica: StatementLog,
        _ onReplica: [String],
        _ database: StatementLog,
        _ onDatabase: [String],
        _ body: () async throws -> Void
    ) async throws {
        var ofDatabase: [String] = []
        let ofReplica = try await replica.statements {
            ofDatabase = try await database.statements(during: body)
        }
        #expect(ofReplica == onReplica)
        #expect(ofDatabase == onDatabase)
    }
}

/// A room on a PostgreSQL that has a standby.
private struct ReplicaScene {
    let postgres: TemporaryPostgres
    let standby: TemporaryPostgres
    let room: JoinableRoom
    /// The test's own connection to the standby.
    let onReplica: PostgresConnection
    private let copy: PostgresConfiguration

    init() async throws {
        postgres = try TemporaryPostgres()
        room = try await JoinableRoom(on: postgres)
        standby = try TemporaryPostgres(standbyOf: postgres)
        copy = standby.copy(of: room.database)
        onReplica = makeConnection(PostgresConfiguration(url: copy.url + "&application_name=test"))
    }

    /// A process that asks the standby from now on.
    func serve(_ arguments: String...) async throws -> RunningEventauth {
        let server = try await room.serve(["--database-read", copy.url] + arguments)
        try await waitUntilAsked(server)
        return server
    }

    /// Returns once `server` asks the standby, as the last of what it said of it.
    func waitUntilAsked(_ server: RunningEventauth) async throws {
        try await eventually(within: .seconds(40), "the replica is asked") {
            server.log.split(separator: "\n").last { $0.contains("A read replica is ") }?
                .contains("A read replica is asked") ?? false
        }
    }

    func texts(_ sql: String, onReplica isOnReplica: Bool) async throws -> [String] {
        try await (isOnReplica ? onReplica : room.other).texts(sql)
    }

    /// What is written from now on does not come to the standby, which pauses before it replays the next record.
    func pauseReplay() async throws {
        try await onReplica.run("SELECT pg_wal_replay_pause()")
    }

    func resumeReplay() async throws {
        try await onReplica.run("SELECT pg_wal_replay_resume()")
    }
}
