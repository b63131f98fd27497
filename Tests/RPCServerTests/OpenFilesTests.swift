import Foundation
import Testing

@testable import RPCServer

/// What the system does for a server's connections.
@Suite struct OpenFilesTests {
    @Test(arguments: [
        (20_000, 1_048_576, 20_000), (20_000, 20_000, 18_650), (20_000, 1_024, 860), (5, 1_024, 5), (5, 10, 1),
    ])
    func `there are no more connections than files may be open, and room to refuse more`(
        wanted: Int,
        limit: Int,
        count: Int
    ) {
        #expect(OpenFiles.connectionCount(wanted: wanted, limit: limit) == count)
    }

    @Test func `a server may open as many files as its process may at all`() throws {
        let limit = try #require(OpenFiles.raiseLimit())
        let line = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
            .split(separator: "\n").first { $0.hasPrefix("Max open files") }
        let numbers = try #require(line).split(separator: " ").compactMap { Int($0) }
        #expect(numbers == [limit, limit])
    }

    @Test func `a peer that says nothing is asked after a minute whether it is there`() async throws {
        try await RunningServer.with(.tcp) { server in
            guard case .tcp(_, let port) = server.address else { return }
            let client = try server.connect()
            try await client.send(#"{"jsonrpc":"2.0","method":"get_data","id":1}"# + "\n")
            _ = try await client.receiveGist()
            let address = ":" + String(port, radix: 16, uppercase: true)
            // One read of this file does not give all of it.
            let table = try #require(try FileHandle(forReadingAtPath: "/proc/net/tcp")?.readToEnd())
            let connection = String(decoding: table, as: UTF8.self).split(separator: "\n").map {
                $0.split(separator: " ")
            }
            .first { $0.count > 5 && $0[1].hasSuffix(address) && $0[3] == "01" }
            // The timer: 02 for keep-alive, and the hundredths of a second that are left.
            let timer = try #require(connection)[5].split(separator: ":")
            #expect(timer.first == "02")
            #expect(try #require(timer.last.flatMap { Int($0, radix: 16) }) <= 6_000)
            client.hangUp()
        }
    }
}
