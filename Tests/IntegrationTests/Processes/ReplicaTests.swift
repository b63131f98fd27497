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
    func `events come from the replica, and what was decided of them from the database`() async throws {
        let scene = try await ReplicaScene()
        let onDatabase = try await StatementLog(of: scene.room.database, on: scene.postgres)
        let server = try await scene.serve("--flag-ttl", "3600")
        // What was known before is asked for again.
        try await scene.room.waitForListeners(1)
        // An id that does not come from the event's content may be another room's event on the replica.
        for (params, onReplica): (TestJSON, Int) in [
            (scene.room.check, 1), (["event_id": .id(scene.room.join)], 1), (["event_id": "$old:a.example"], 0),
        ] {
            let before = try await scene.answeredCount(of: server)
            let statements = try await onDatabase.statements {
                let reply = try await server.call("auth.check", params)
                #expect(reply.rule == JoinableRoom.allowed || reply.errorReason == "events_missing")
            }
            #expect(statements == ["select_events"])
            #expect(try await scene.answeredCount(of: server) == before + onReplica)
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
    func `while the database is away nothing is taken on a replica's word alone`() async throws {
        let scene = try await ReplicaScene()
        let server = try await scene.serve("--flag-ttl", "3600")
        try scene.postgres.stop()
        #expect(try await server.call("auth.check", scene.room.check).isUnavailable)
        #expect(try await server.call("events.put", scene.room.put).isUnavailable)
        try scene.postgres.start()
        _ = try await eventually(within: .seconds(30), "the database is asked again") {
            try await server.call("auth.check", scene.room.check).rule == JoinableRoom.allowed
        }
    }

    @Test
    func `an event that the database has no more is not had from a replica`() async throws {
        let scene = try await ReplicaScene()
        let server = try await scene.serve("--flag-ttl", "3600")
        try await scene.pauseReplay()
        let levels = try #require(scene.room.room[.powerLevels])
        try await scene.room.other.run("DELETE FROM events WHERE event_id = '\(levels.id)'")
        #expect(try await server.call("auth.check", scene.room.check).errorReason == "events_missing")
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
        try await scene.pauseReplay()
        for isRejected in [true, false] {
            #expect(try await client.call("auth.check", scene.room.check).rule != nil)
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
    func `one of two replicas is enough`() async throws {
        let scene = try await ReplicaScene()
        let server = try await scene.serve("--database-read", "postgresql://nobody@127.0.0.1:1/nothing")
        for member in 1...10 {
            let join = try scene.room.room.membership("join", of: UserID(stringLiteral: "@u\(member):b"))
            let reply = try await server.call("auth.check", ["event_id": .id(join)])
            #expect(reply.errorReason == "events_missing")
        }
        #expect(try await scene.answeredCount(of: server) >= 9)
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

    /// A process that asks the standby.
    func serve(_ arguments: String...) async throws -> RunningEventauth {
        // What is logged on the standby, and what it has, is what was set and stored before.
        let end = try await texts("SELECT pg_current_wal_lsn()::text", onReplica: false)[0]
        _ = try await eventually(within: .seconds(40), "the standby has followed") {
            try await texts("SELECT (pg_last_wal_replay_lsn() >= '\(end)')::text", onReplica: true) == ["true"]
        }
        return try await room.serve(["--database-read", copy.url] + arguments)
    }

    /// Returns once `server` asks the standby again.
    func waitUntilAsked(_ server: RunningEventauth) async throws {
        let before = try await answeredCount(of: server)
        _ = try await eventually(within: .seconds(40), "the replica is asked") {
            _ = try await server.call("auth.check", ["event_id": .id(room.join)])
            return try await answeredCount(of: server) > before
        }
    }

    /// Look-ups that the standby answered.
    func answeredCount(of server: RunningEventauth) async throws -> Int {
        let folder = try TemporaryFolder()
        let page = try await run(
            "curl",
            "-s",
            "--unix-socket",
            server.socketPath,
            "http://localhost/metrics",
            in: folder
        )
        let name = #"eventauth_replica_loads_total{outcome="answered",replica="1"} "#
        let line = page.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? 0
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
