import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// What one process, or whoever else, changes in the database, as other processes see it.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct FlagFlipTests {
    @Test
    func `a flip is notified to every process, long before it would be read again`() async throws {
        let room = try await JoinableRoom()
        let servers = [
            try await room.serve("--flag-ttl", "3600"), try await room.serve("--flag-ttl", "3600"),
        ]
        for server in servers { #expect(try await server.call("auth.check", room.check).rule == JoinableRoom.allowed) }
        try await room.waitForListeners(2)
        for isRejected in [true, false, true, false] {
            try await room.setRejected(isRejected)
            let rule = isRejected ? JoinableRoom.denied : JoinableRoom.allowed
            for server in servers { try await room.waitForRule(rule, of: server, within: .seconds(15)) }
        }
    }

    @Test
    func `a flip that is not notified is seen once what was read before is no longer believed`() async throws {
        let room = try await JoinableRoom()
        try await room.other.run("ALTER TABLE events DISABLE TRIGGER events_notify_outcomes")
        let servers = [try await room.serve("--flag-ttl", "1"), try await room.serve("--flag-ttl", "1")]
        let believer = try await room.serve("--flag-ttl", "3600")
        for server in servers + [believer] {
            try await room.waitForRule(JoinableRoom.allowed, of: server, within: .zero)
        }
        try await room.waitForListeners(3)
        try await room.waitForRule(JoinableRoom.allowed, of: believer, within: .zero)
        for isRejected in [true, false, true] {
            try await room.setRejected(isRejected)
            let rule = isRejected ? JoinableRoom.denied : JoinableRoom.allowed
            for server in servers { try await room.waitForRule(rule, of: server, within: .seconds(15)) }
            // Nobody told: else this one would know too.
            #expect(try await believer.call("auth.check", room.check).rule == JoinableRoom.allowed)
        }
    }

    @Test
    func `what one process stores is at once known to the other, which had it missing a moment before`() async throws {
        let room = try await JoinableRoom(isStored: false)
        let (first, second) = (try await room.serve(), try await room.serve())
        #expect(try await first.call("auth.check", room.check).errorReason == "events_missing")
        #expect(try await second.call("auth.check", room.check).errorReason == "events_missing")
        #expect(try await first.call("events.put", room.put)["result"] != nil)
        #expect(try await second.call("auth.check", room.check).rule == JoinableRoom.allowed)
        #expect(try await first.call("auth.check", room.check).rule == JoinableRoom.allowed)
    }

    @Test
    func `what one process stores is at once known to the other, though others ask there for it already`() async throws
    {
        let room = try await JoinableRoom()
        let (first, second) = (try await room.serve(), try await room.serve())
        for number in 1...30 {
            let invite = try room.room.membership("invite", of: UserID(stringLiteral: "@user\(number):b"), by: .alice)
            let params: TestJSON = ["event_id": .id(invite)]
            let others = try (0..<4).map { _ in try second.connect() }
            try await whileOthersGoOn(others) {
                _ = try await $0.call("auth.check", params)
            } _: {
                let put = try await first.call("events.put", ["room_version": "11", "events": .events([invite])])
                #expect(put["result"] != nil)
                let reply = try await second.call("auth.check", params)
                #expect(reply.rule != nil, "invite \(number): \(reply.errorReason ?? "")")
            }
        }
    }
}
