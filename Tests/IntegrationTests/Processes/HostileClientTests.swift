import CanonicalJSON
import EventTestSupport
import Foundation
import Testing

/// Clients that take what they can get, and what others have of the service meanwhile.
@Suite(.timeLimit(.minutes(5)))
struct HostileClientTests {
    private static let connectionLimit = 2_600
    private let server: RunningEventauth

    init() async throws {
        try raiseOpenFileLimit()
        server = try await RunningEventauth(
            ["--message-timeout", "3", "--write-timeout", "3", "--max-connections", "\(Self.connectionLimit)"],
            environment: [:]
        )
    }

    @Test
    func `others get every answer while hostile clients do all that they can, in bounded memory`() async throws {
        let good = try (0..<4).map { _ in try server.connect() }
        let hostile = try HostileClients(of: server)
        try await whileOthersGoOn(good) { client in
            let reply = try await client.call("auth.rules", ["room_version": "11"])
            let rules = try #require(reply["result"]?.object?["rules"]?.array)
            #expect(rules.count > 50)
        } _: {
            try await hostile.stayIdle(2_000)
            try await hostile.sendHalfHeads(100)
            try await hostile.sendHalfLines(100)
            try await hostile.leaveAnswers(20)
            try await hostile.hangUpHalfWay(50)
            try await hostile.sendMuch()
            try await waitForLimits(["message_timeout": 200, "write_timeout": 20])
            try await hostile.fillUp(Self.connectionLimit - metric("eventauth_connections"))
        }
        let most = try #require(server.mostResidentByteCount)
        #expect(most < 1_500 << 20)
        hostile.hangUp()
        try await eventually(within: .seconds(60), "only the good clients are left") {
            // Those, and the one that asks.
            try await metric("eventauth_connections") <= good.count + 1
        }
        #expect(try await metric(#"eventauth_limits_met_total{limit="connections"}"#) >= 1)
        server.terminate()
        #expect(try await server.status() == 0)
    }

    /// Returns once each limit was met so often.
    private func waitForLimits(_ expected: [String: Int]) async throws {
        for (limit, count) in expected {
            try await eventually(within: .seconds(60), "\(limit) is met \(count) times") {
                try await metric("eventauth_limits_met_total{limit=\"\(limit)\"}") >= count
            }
        }
    }

    private func metric(_ name: String) async throws -> Int {
        let client = try server.connect()
        try await client.send(bytes: Array("GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".utf8))
        let lines = String(decoding: await client.receiveAll(), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name + " ") }
        return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
    }
}
