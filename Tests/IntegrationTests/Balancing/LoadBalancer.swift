import EventTestSupport
import Foundation
import Testing

/// Debian's HAProxy with the configuration that the project ships, in front of processes of the test's own.
final class LoadBalancer: Sendable {
    let httpPort: Int
    let linesPort: Int
    private let folder: TemporaryFolder
    private let process = Process()

    static let program = "/usr/sbin/haproxy"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// Balances over what listens on `ports`. The pauses between checks are a fifth of what is shipped.
    init(over ports: [Int]) throws {
        folder = try TemporaryFolder()
        (httpPort, linesPort) = (try Self.freePort(), try Self.freePort())
        let shipped = try String(contentsOf: projectFolder.appending(path: "docker/haproxy.cfg"), encoding: .utf8)
        let servers = ports.enumerated().map { "    server copy\($0) 127.0.0.1:\($1) check" }.joined(separator: "\n")
        let configuration = shipped.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.contains("server-template ") ? servers : String($0) }.joined(separator: "\n")
            .replacing("bind :8080", with: "bind 127.0.0.1:\(httpPort)")
            .replacing("bind :8765", with: "bind 127.0.0.1:\(linesPort)")
            .replacing("inter 1s", with: "inter 200ms")
        process.executableURL = URL(filePath: Self.program)
        process.arguments = ["-db", "-f", try folder.file("haproxy.cfg", Array(configuration.utf8))]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// A port that nobody listens on at present.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(outcome, "no free port")
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// The folder of the project.
let projectFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
