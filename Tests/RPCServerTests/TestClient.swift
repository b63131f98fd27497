import Dispatch
import Glibc
import NIOCore
import RPCServer
import RPCTestSupport
import Synchronization

/// A client on a plain blocking socket, so that what is written when is up to the test.
///
/// Reading and writing block threads of their own, never those that tests and server run on.
final class TestClient: Sendable {
    private let descriptor: Int32
    private let readQueue = DispatchQueue(label: "read")
    private let writeQueue = DispatchQueue(label: "write")
    private let received = Mutex<[UInt8]>([])

    init(connectedTo address: ListenAddress) throws {
        let socketAddress =
            switch address {
            case .unix(let path): try SocketAddress(unixDomainSocketPath: path)
            case .tcp(let host, let port): try SocketAddress(ipAddress: host, port: port)
            }
        descriptor = socket(Int32(socketAddress.protocol.rawValue), Int32(SOCK_STREAM.rawValue), 0)
        let outcome = socketAddress.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard outcome == 0 else {
            let error = IOError(errnoCode: errno, reason: "connect to \(address)")
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await run(on: writeQueue) { [self] in
            var rest = bytes[...]
            while !rest.isEmpty { rest = rest.dropFirst(try sendSome(rest, flags: 0)) }
        }
    }

    /// Sends `line` again and again until the server takes no more, but at most `limit` times. Returns how many whole
    /// lines went out, and what is left of the one that went out in part.
    func sendUntilBlocked(_ line: String, limit: Int) async throws -> (count: Int, rest: [UInt8]) {
        let bytes = Array(line.utf8)
        return try await run(on: writeQueue) { [self] in
            var (count, rest) = (0, bytes[...])
            while count < limit, try waitUntilWritable() {
                rest = rest.dropFirst(try sendSome(rest, flags: Int32(MSG_DONTWAIT)))
                if rest.isEmpty { (count, rest) = (count + 1, bytes[...]) }
            }
            return (count, Array(rest))
        }
    }

    /// The next line, or `nil` at the end of what the server sends.
    func receiveLine() async throws -> String? {
        try await run(on: readQueue) { [self] in
            while true {
                if let line = takeLine() { return line }
                guard try receiveSome() else { return nil }
            }
        }
    }

    /// The next so many bytes as text.
    func receiveText(byteCount: Int) async throws -> String {
        try await run(on: readQueue) { [self] in
            while received.withLock(\.count) < byteCount, try receiveSome() {}
            return received.withLock { received in
                defer { received.removeFirst(min(byteCount, received.count)) }
                return String(decoding: received.prefix(byteCount), as: UTF8.self)
            }
        }
    }

    /// What the next line says, or `nil` at the end of what the server sends.
    func receiveGist() async throws -> String? {
        try await receiveLine().map { try gist(of: $0) }
    }

    /// What the next `count` lines say, or all to the end of what the server sends.
    func receiveGists(_ count: Int = .max) async throws -> [String] {
        var gists: [String] = []
        while gists.count < count, let gist = try await receiveGist() { gists.append(gist) }
        return gists
    }

    /// Tells the server that nothing more will be sent.
    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Hangs up both ways.
    func hangUp() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func sendSome(_ bytes: ArraySlice<UInt8>, flags: Int32) throws -> Int {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, flags | Int32(MSG_NOSIGNAL))
        }
        if count < 0, errno == EAGAIN { return 0 }
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "send") }
        return count
    }

    /// Whether the socket takes bytes within a third of a second.
    private func waitUntilWritable() throws -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let count = poll(&request, 1, 300)
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "poll") }
        return count > 0
    }

    /// Returns whether there was something to receive.
    private func receiveSome() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "recv") }
        received.withLock { $0 += chunk[..<count] }
        return count > 0
    }

    private func takeLine() -> String? {
        received.withLock { received in
            guard let newline = received.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let line = String(decoding: received[..<newline], as: UTF8.self)
            received.removeSubrange(...newline)
            return line
        }
    }

    private func run<Value: Sendable>(
        on queue: DispatchQueue,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
