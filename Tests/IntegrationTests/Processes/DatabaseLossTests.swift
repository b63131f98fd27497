import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// A process whose PostgreSQL goes away, and comes back.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DatabaseLossTests {
    @Test
    func `while the database is away warm decisions go on, and the rest is no decision`() async throws {
        let postgres = try TemporaryPostgres()
        let room = try await JoinableRoom(on: postgres)
        let server = try await room.serve("--flag-ttl", "3600")
        #expect(try await server.call("auth.check", room.check).rule == JoinableRoom.allowed)
        try await room.waitForListeners(1)
        try await room.waitForRule(JoinableRoom.allowed, of: server, within: .zero)
        // One that is stored, and not in memory.
        let stranger = try room.room.membership("join", of: .carol)
        let invite: TestJSON = ["room_version": "11", "events": .events([stranger])]
        try await room.store([stranger])

        try postgres.stop()
        for _ in 0..<5 {
            for (method, params) in room.questions(about: stranger) + [("events.put", invite)] {
                let reply = try await server.call(method, params)
                #expect(reply.isUnavailable, "\(method): \(reply.errorReason ?? "a result")")
                #expect(try await server.call("auth.check", room.check).rule == JoinableRoom.allowed)
            }
        }

        try postgres.start()
        for (method, params) in room.questions(about: stranger) + [("events.put", invite)] {
            try await eventually(within: .seconds(15), "\(method) has a result again") {
                let reply = try await server.call(method, params)
                #expect(reply["result"] != nil || reply.isUnavailable)
                return reply["result"] != nil
            }
        }
    }

    @Test
    func `flips are heard of again once the database is back`() async throws {
        let postgres = try TemporaryPostgres()
        let room = try await JoinableRoom(on: postgres)
        let servers = [
            try await room.serve("--flag-ttl", "3600"), try await room.serve("--flag-ttl", "3600"),
        ]
        try await room.waitForListeners(2)
        for server in servers { try await room.waitForRule(JoinableRoom.allowed, of: server, within: .zero) }
        try postgres.stop()
        try postgres.start()
        // The first may come to be known as the processes begin to listen anew, the others only by a notification.
        for isRejected in [true, false, true] {
            try await eventually(within: .seconds(10), "the database takes the flip") {
                (try? await room.setRejected(isRejected)) != nil
            }
            let rule = isRejected ? JoinableRoom.denied : JoinableRoom.allowed
            for server in servers { try await room.waitForRule(rule, of: server, within: .seconds(15)) }
        }
    }

    @Test
    func `a flip while a process cannot listen is known once it listens again`() async throws {
        let postgres = try TemporaryPostgres()
        let room = try await JoinableRoom(on: postgres)
        let server = try await room.serve("--flag-ttl", "3600")
        try await room.waitForListeners(1)
        try await room.waitForRule(JoinableRoom.allowed, of: server, within: .zero)
        for isRejected in [true, false, true] {
            // Nobody hears of the flip, as if it came while the connection was lost.
            try await room.other.run("ALTER TABLE events DISABLE TRIGGER events_notify_outcomes")
            try await room.setRejected(isRejected)
            try await room.other.run("ALTER TABLE events ENABLE TRIGGER events_notify_outcomes")
            #expect(try await server.call("auth.check", room.check).rule != nil)
            try await room.other.killOthers()
            let rule = isRejected ? JoinableRoom.denied : JoinableRoom.allowed
            try await room.waitForRule(rule, of: server, within: .seconds(15))
        }
    }
}
