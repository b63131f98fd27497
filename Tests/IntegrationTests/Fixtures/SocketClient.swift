import CanonicalJSON
import EventTestSupport
import Foundation
import Synchronization

/// A client on a socket: a JSON-RPC message a line. What it waits for must come within a minute.
final class SocketClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ operation: String) {
            description = "\(operation): \(String(cString: strerror(errno)))"
        }
    }

    private let descriptor: Int32
    private let received = Mutex<[UInt8]>([])

    convenience init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        try self.init(AF_UNIX, address, path)
    }

    /// A client that comes by TCP from this machine.
    convenience init(port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        try self.init(AF_INET, address, "port \(port)")
    }

    private init<Address>(_ family: Int32, _ address: Address, _ name: String) throws {
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let outcome = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard outcome == 0 else {
            let failure = Failure("connect to \(name)")
            close(descriptor)
            throw failure
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends one request and gives the reply to it, where no other is in flight.
    func call(_ method: String, _ params: TestJSON) async throws -> JSONObject {
        try await send([Self.request(method, params, id: 1)])
        return try await receive()
    }

    static func request(_ method: String, _ params: TestJSON, id: Int) -> TestJSON {
        ["jsonrpc": "2.0", "id": .raw("\(id)"), "method": .string(method), "params": params]
    }

    func send(_ messages: [TestJSON]) async throws {
        try await send(bytes: messages.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
    }

    func send(bytes: [UInt8]) async throws {
        let isSent = await onThread { [self] in sendAll(bytes) }
        guard isSent else { throw Failure("send") }
    }

    /// Tells the server that nothing more will be sent.
    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Sends a request for each of `params` at once, and gives the replies in the order of the requests.
    func replies(to method: String, _ params: [TestJSON]) async throws -> [JSONObject] {
        async let isSent: Void = send(params.enumerated().map { Self.request(method, $1, id: $0) })
        var replies: [Int64: JSONObject] = [:]
        for _ in params {
            let reply = try await receive()
            if let id = reply["id"]?.number?.int64 { replies[id] = reply }
        }
        try await isSent
        return params.indices.compactMap { replies[Int64($0)] }
    }

    /// The next reply.
    func receive() async throws -> JSONObject {
        let line = await onThread { [self] in nextLine() }
        guard let line else { throw Failure("receive") }
        guard let object = try JSONDocument(parsing: line).root.object else {
            throw Failure("a reply that is no object")
        }
        return object
    }

    /// All that the server sends until it hangs up.
    func receiveAll() async -> [UInt8] {
        await onThread { [self] in
            while receiveSome() {}
            return received.withLock { received in
                defer { received = [] }
                return received
            }
        }
    }

    private func sendAll(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func nextLine() -> [UInt8]? {
        while true {
            if let line = takeLine() { return line }
            guard receiveSome() else { return nil }
        }
    }

    private func receiveSome() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        received.withLock { $0 += chunk[..<count] }
        return true
    }

    private func takeLine() -> [UInt8]? {
        received.withLock { received in
            guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            defer { received.removeSubrange(...end) }
            return Array(received[..<end])
        }
    }
}
