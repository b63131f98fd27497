import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// A process whose queries hang, as behind a lock.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HangingDatabaseTests {
    /// A look-up has two seconds, and a quarter of one until that is noticed; the rest is for a busy machine.
    private let loadLimit = Duration.seconds(2)...Duration.seconds(12)

    @Test
    func `a look-up that hangs is no decision after its limit, while warm decisions go on`() async throws {
        let (room, server, holder) = try await makeHungRoom()
        let cold = try server.connect()
        let start = ContinuousClock.now
        try await cold.send([SocketClient.request("auth.check", room.coldCheck(1), id: 1)])
        try await holder.waitForSomeoneElse()
        // On another connection, and then on the same one, where it overtakes the answer that is waited for.
        #expect(try await server.call("auth.check", room.check).rule == JoinableRoom.allowed)
        let warm = try await cold.call("auth.check", room.check)
        #expect(warm.rule == JoinableRoom.allowed)
        let late = try await cold.receive()
        #expect(late.isUnavailable)
        #expect(loadLimit.contains(ContinuousClock.now - start))
        try await holder.unlock()
        try await room.expectRecovery(of: server)
    }

    @Test
    func `a caller's time limit ends its own wait and nobody else's`() async throws {
        let (room, server, holder) = try await makeHungRoom()
        let patient = try server.connect()
        let start = ContinuousClock.now
        try await patient.send([SocketClient.request("auth.check", room.coldCheck(1), id: 1)])
        try await holder.waitForSomeoneElse()
        for method in ["auth.check", "graph.chain"] {
            let params: TestJSON =
                method == "auth.check" ? room.coldCheck(1) : ["event_ids": [.id(try room.member(1))]]
            let reply = try await server.call(method, params.setting("timeout_ms", to: 100))
            #expect(reply.errorReason == "deadline_exceeded")
        }
        #expect(try await patient.receive().isUnavailable)
        #expect(loadLimit.contains(ContinuousClock.now - start))
        try await holder.unlock()
        try await room.expectRecovery(of: server)
    }

    @Test
    func `many callers that wait at once all hear of it`() async throws {
        let (room, server, holder) = try await makeHungRoom()
        let start = ContinuousClock.now
        let replies = try await withThrowingTaskGroup(of: [JSONObject].self) { group in
            for connection in 0..<5 {
                group.addTask {
                    let params = (0..<100).map { room.coldCheck(connection * 50 + $0) }
                    return try await server.connect().replies(to: "auth.check", params)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(replies.count { $0.isUnavailable } == 500)
        #expect(loadLimit.contains(ContinuousClock.now - start))
        try await holder.unlock()
        try await room.expectRecovery(of: server)
    }

    @Test
    func `what stores events and what walks over chains has limits too`() async throws {
        let (room, server, holder) = try await makeHungRoom()
        for (method, params) in try room.questions(about: room.member(1)) + [("events.put", room.put)] {
            let start = ContinuousClock.now
            #expect(try await server.call(method, params).isUnavailable, "\(method)")
            #expect(ContinuousClock.now - start < loadLimit.upperBound, "\(method)")
        }
        try await holder.unlock()
        try await room.expectRecovery(of: server)
        #expect(try await server.call("graph.chain", ["event_ids": [.id(try room.member(1))]])["result"] != nil)
        #expect(try await server.call("events.put", room.put)["result"] != nil)
    }

    @Test
    func `a walk that hangs ends for its caller in time, and leaves the way free for others`() async throws {
        let room = try await JoinableRoom()
        let server = try await room.serve("--flag-ttl", "3600")
        try await room.waitForListeners(1)
        // In memory, but not what it cites: the walk begins at once, and hangs.
        let params: TestJSON = ["event_ids": .ids([try #require(room.room[.joinRules])])]
        #expect(try await server.call("events.get", params)["result"] != nil)
        let holder = LockHolder(room.database)
        try await holder.lock()
        for _ in 0..<5 {
            let start = ContinuousClock.now
            let reply = try await server.call("graph.chain", params.setting("timeout_ms", to: 200))
            #expect(reply.errorReason == "deadline_exceeded")
            try #require(ContinuousClock.now - start < .seconds(15))
        }
        try await holder.unlock()
        try await eventually(within: .seconds(15), "walks go on") {
            try await server.call("graph.chain", params.setting("timeout_ms", to: 5_000))["result"] != nil
        }
    }

    @Test
    func `writers that hang hold up no reader, and hear of it after their limit`() async throws {
        let (room, server, holder) = try await makeHungRoom(againstReaders: false)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<6 {
                let event = try room.room.membership(
                    "invite",
                    of: UserID(stringLiteral: "@guest\(number):b"),
                    by: .alice
                )
                group.addTask {
                    try await server.call("events.put", ["room_version": "11", "events": .events([event])])
                        .isUnavailable
                }
            }
            try await holder.waitForSomeoneElse()
            for number in 0..<20 {
                #expect(try await server.call("auth.check", room.coldCheck(number)).errorReason == "events_missing")
                #expect(try await server.call("auth.check", room.check).rule == JoinableRoom.allowed)
            }
            for try await isUnavailable in group { #expect(isUnavailable) }
        }
        try await holder.unlock()
        #expect(try await server.call("events.put", room.put)["result"] != nil)
    }

    /// A room whose process has in memory what decides Bob's join, on a database that is locked.
    private func makeHungRoom(
        againstReaders: Bool = true
    ) async throws -> (room: JoinableRoom, server: RunningEventauth, holder: LockHolder) {
        let room = try await JoinableRoom()
        let server = try await room.serve("--flag-ttl", "3600")
        try await room.waitForListeners(1)
        try await room.waitForRule(JoinableRoom.allowed, of: server, within: .seconds(15))
        try await room.store([try room.member(1)])
        let holder = LockHolder(room.database)
        try await againstReaders ? holder.lock() : holder.lockAgainstWriters()
        return (room, server, holder)
    }
}

extension JoinableRoom {
    /// One of many who join; stored by the tests where they want it.
    fileprivate func member(_ number: Int) throws -> Event {
        try room.membership("join", of: UserID(stringLiteral: "@member\(number):b"))
    }

    /// A question that needs the database, about an event that is not stored.
    fileprivate func coldCheck(_ number: Int) -> TestJSON { ["event_id": "$nobody\(number)"] }

    /// Expects that `server` answers again by itself what needs the database.
    fileprivate func expectRecovery(of server: RunningEventauth) async throws {
        try await eventually(within: .seconds(15), "the process has recovered") {
            let reply = try await server.call("auth.check", coldCheck(1_000))
            #expect(reply.errorReason == "events_missing" || reply.isUnavailable)
            return reply.errorReason == "events_missing"
        }
        let stored = try await server.call("auth.check", ["event_id": .id(try member(1))])
        #expect(stored.rule == JoinableRoom.allowed)
    }
}
