import CanonicalJSON
import EventTestSupport
import Foundation
import Synchronization

/// `eventauth serve` in a process of its own, on a unix socket.
final class RunningEventauth: Sendable {
    let socketPath: String
    private let folder: TemporaryFolder
    private let program: Eventauth
    private let lines = LineBuffer()

    convenience init(_ arguments: String..., environment: [String: String] = [:]) async throws {
        try await self.init(arguments, environment: environment)
    }

    /// Starts a server and waits until it listens.
    init(_ arguments: [String], environment: [String: String]) async throws {
        folder = try TemporaryFolder()
        socketPath = folder.path("socket")
        let errors = Pipe()
        errors.fileHandleForReading.readabilityHandler = { [lines] handle in lines.add(handle.availableData) }
        program = try Eventauth(
            ["serve", "--listen", "unix:\(socketPath)"] + arguments,
            errors: errors,
            environment: environment
        )
        let isListening = await onThread { [lines] in
            lines.waitForLine(containing: "listening on ", within: .seconds(60))
        }
        // The lines of the listeners come one after the other.
        if isListening, arguments.contains(where: { $0.hasPrefix("tcp:") }) {
            _ = await onThread { [lines] in lines.waitForLine(containing: "listening on tcp:", within: .seconds(10))
            }
        }
        guard isListening else { throw Eventauth.Overdue(description: "eventauth does not listen: \(log)") }
    }

    /// What the server wrote to standard error so far.
    var log: String { lines.text }

    func connect() throws -> SocketClient { try SocketClient(path: socketPath) }

    /// One call on a connection of its own.
    func call(_ method: String, _ params: TestJSON) async throws -> JSONObject {
        try await connect().call(method, params)
    }

    func terminate() { program.send(SIGTERM) }

    /// Ends the server with no warning.
    func kill() { program.send(SIGKILL) }

    /// Has the server read its files again.
    func hangUp() { program.send(SIGHUP) }

    /// The port that the server listens on by TCP, where it was told to.
    var tcpPort: Int? {
        let line = log.split(separator: "\n").first { $0.hasPrefix("listening on tcp:") }
        return line?.split(separator: ":").last.flatMap { Int($0) }
    }

    /// What the server takes of memory; `nil` where it has ended.
    var residentByteCount: Int? { program.residentByteCount }

    /// The most that the server has taken of memory so far; `nil` where it has ended.
    var mostResidentByteCount: Int? { program.mostResidentByteCount }

    /// Waits for the server's end.
    func status() async throws -> Int32 { try await program.status(within: .seconds(60)) }
}

/// Lines that come from another process, for those who wait for one.
final class LineBuffer: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let arrival = DispatchSemaphore(value: 0)

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func add(_ data: Data) {
        bytes.withLock { $0 += data }
        arrival.signal()
    }

    /// Blocks until there is such a line; false where it does not come in time.
    func waitForLine(containing words: String, within limit: Duration) -> Bool {
        let end = DispatchTime.now() + limit.dispatchInterval
        while !text.split(separator: "\n").contains(where: { $0.contains(words) }) {
            guard arrival.wait(timeout: end) == .success else { return false }
        }
        return true
    }
}
