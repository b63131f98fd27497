import EventTestSupport
import MatrixEvents
import Testing

@testable import PostgresStore

/// Three processes behind HAProxy, under load, while processes and the database come and go.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: LoadBalancer.isInstalled, "HAProxy is not installed"))
struct BalancingTests {
    @Test
    func `a database that restarts, a process that stops and one that is killed cost what they must`() async throws {
        let postgres = try TemporaryPostgres()
        let room = try await JoinableRoom(on: postgres)
        var servers: [RunningEventauth] = []
        for _ in 0..<3 {
            let server = try await room.serve("--flag-ttl", "3600", "--listen", "tcp:127.0.0.1:0", "--drain-wait", "2")
            #expect(try await server.call("auth.check", room.check).rule == JoinableRoom.allowed)
            servers.append(server)
        }
        try await room.waitForListeners(3)
        let balancer = try LoadBalancer(over: try servers.map { try #require($0.tcpPort) })
        let load = try RunningLoad(on: balancer, warm: room.check, rule: JoinableRoom.allowed)
        try await eventually(within: .seconds(30), "the load is answered") {
            try await phase(of: load, lasting: .milliseconds(300))["warm"] > 10
        }
        // Before all copies were known to be ready, some were not asked.
        let calm = try await phase(of: load, lasting: .seconds(1))
        #expect(calm.failures == [])

        try postgres.stop()
        let away = try await phase(of: load, lasting: .seconds(3))
        #expect(away["warm"] > 100 && away["warm_unavailable"] == 0 && away["wrong"] == 0)
        #expect(away["cold_unavailable"] > 0)
        #expect(away.failures == [])
        try postgres.start()
        try await eventually(within: .seconds(30), "the database is used again") {
            let phase = try await phase(of: load, lasting: .milliseconds(500))
            #expect(phase["wrong"] == 0)
            return phase["cold_answered"] > 10 && phase["cold_unavailable"] == 0
        }
        _ = try await load.phase()

        servers[0].terminate()
        #expect(try await servers[0].status() == 0)
        let stopped = try await load.phase()
        #expect(stopped.failures == [])
        #expect(stopped["warm"] > 100 && stopped["cold_answered"] > 10 && stopped["wrong"] == 0)

        servers[1].kill()
        let killed = try await phase(of: load, lasting: .seconds(2))
        // Each of the six clients has one request in flight.
        #expect(killed.failures.count <= 6)
        #expect(killed["warm"] > 100 && killed["cold_answered"] > 10 && killed["wrong"] == 0)
    }

    private func phase(of load: RunningLoad, lasting duration: Duration) async throws -> RunningLoad.Phase {
        _ = try await load.phase()
        try await Task.sleep(for: duration)
        return try await load.phase()
    }
}
