import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// How often a decision asks the database, as PostgreSQL itself counts.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct QueryCountTests {
    @Test
    func `a cold decision on an event that is sent is one query, and a warm one none`() async throws {
        let room = try await JoinableRoom()
        try await expectQueries(1, in: room, for: room.check)
    }

    @Test
    func `a cold decision whose room version is not named is one query, and a warm one none`() async throws {
        let room = try await JoinableRoom()
        try await expectQueries(1, in: room, for: room.check.setting("room_version", to: nil))
    }

    @Test
    func `a cold decision by claimed references is one query, and a warm one none`() async throws {
        let room = try await JoinableRoom()
        let references: TestJSON = .array(room.join.authEvents.map { .string($0.description) })
        try await expectQueries(1, in: room, for: room.check.setting("auth_events", to: references))
    }

    @Test
    func `a cold decision with the state before and the current state is one query, and a warm one none`() async throws
    {
        let room = try await JoinableRoom()
        let state = TestJSON.ids(room.room.events)
        try await expectQueries(
            1,
            in: room,
            for: room.check.setting("state", to: state).setting("current_state", to: state)
        )
    }

    @Test
    func `a cold decision by id is one query for the event and one for what it cites, and a warm one none`()
        async throws
    {
        let room = try await JoinableRoom()
        try await expectQueries(2, in: room, for: ["event_id": .id(try #require(room.room.events.last))])
    }

    @Test
    func `after a write too a cold decision is one query`() async throws {
        let room = try await JoinableRoom()
        let log = try await StatementLog(of: room.database, on: .shared)
        let server = try await room.serve("--flag-ttl", "3600")
        #expect(try await server.call("events.put", room.put)["result"] != nil)
        let cold = try await log.statements {
            let reply = try await server.call("auth.check", ["event_id": "$nobody"])
            #expect(reply.errorReason == "events_missing")
        }
        #expect(cold == ["select_events"])
    }

    @Test
    func `after a flip one query reads what is no longer known, and no more`() async throws {
        let room = try await JoinableRoom()
        let log = try await StatementLog(of: room.database, on: .shared)
        let server = try await room.serve("--flag-ttl", "3600")
        #expect(try await server.call("auth.check", room.check).rule == JoinableRoom.allowed)
        try await room.waitForListeners(1)
        let statements = try await log.statements {
            for isRejected in [true, false] {
                try await room.setRejected(isRejected)
                let rule = isRejected ? JoinableRoom.denied : JoinableRoom.allowed
                try await room.waitForRule(rule, of: server, within: .seconds(15))
            }
        }
        #expect(statements == ["select_events", "select_events"])
    }

    /// Expects that the first answer to `params` takes so many queries, and that later ones take none.
    private func expectQueries(_ count: Int, in room: JoinableRoom, for params: TestJSON) async throws {
        let log = try await StatementLog(of: room.database, on: .shared)
        let server = try await room.serve("--flag-ttl", "3600")
        try await room.waitForListeners(1)
        // The first question of all makes the connection.
        #expect(try await server.call("auth.check", ["event_id": "$nobody"]).errorReason == "events_missing")
        let cold = try await log.statements {
            let reply = try await server.call("auth.check", params)
            #expect(reply.rule != nil)
        }
        #expect(cold == Array(repeating: "select_events", count: count))
        let warm = try await log.statements {
            let replies = try await server.connect().replies(to: "auth.check", Array(repeating: params, count: 20))
            #expect(replies.compactMap(\.rule).count == 20)
        }
        #expect(warm == [])
    }
}
