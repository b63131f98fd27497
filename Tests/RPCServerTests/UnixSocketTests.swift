import Glibc
import NIOCore
import RPCServer
import Testing

@Suite struct UnixSocketTests {
    private let path = RunningServer.newSocketPath()
    private let request = #"{"jsonrpc":"2.0","method":"get_data","id":1}"# + "\n"

    /// The mode of the file at `path`, its type included; `nil` where there is none.
    private func mode() -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }

    @Test func `the socket's file is there while the server runs and gone afterwards`() async throws {
        try await RunningServer.with(at: .unix(path: path)) { server in
            #expect(server.address == .unix(path: path))
            #expect(mode().map { $0 & S_IFMT } == S_IFSOCK)
        }
        #expect(mode() == nil)
    }

    @Test(arguments: [0o600, 0o660, 0o666] as [UInt32])
    func `the socket's file has the mode asked for`(asked: UInt32) async throws {
        try await RunningServer.with(at: .unix(path: path)) {
            $0.socketFile.mode = asked
        } _: { _ in
            #expect(mode().map { $0 & 0o777 } == asked)
        }
    }

    @Test func `a socket that a dead server left behind is replaced`() async throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let outcome = try SocketAddress(unixDomainSocketPath: path).withSockAddr {
            bind(descriptor, $0, socklen_t($1))
        }
        try #require(outcome == 0)
        close(descriptor)
        try await RunningServer.with(at: .unix(path: path)) { server in
            let client = try server.connect()
            try await client.send(request)
            #expect(try await client.receiveLine() != nil)
        }
    }

    @Test func `a socket that a living server listens on is left to it`() async throws {
        try await RunningServer.with(at: .unix(path: path)) { server in
            let error = await #expect(throws: ListenError.self) {
                try await RunningServer.with(at: .unix(path: path)) { _ in }
            }
            #expect(error == .socketInUse(path: path))
            let client = try server.connect()
            try await client.send(request)
            #expect(try await client.receiveLine() != nil)
        }
    }

    @Test func `a file that is no socket is left alone`() async throws {
        let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        close(descriptor)
        defer { unlink(path) }
        let error = await #expect(throws: ListenError.self) {
            try await RunningServer.with(at: .unix(path: path)) { _ in }
        }
        #expect(error == .fileIsNoSocket(path: path))
        #expect(mode().map { $0 & S_IFMT } == S_IFREG)
    }

    @Test func `a port in use is refused with the address`() async throws {
        try await RunningServer.with(.tcp) { server in
            let error = await #expect(throws: ListenError.self) {
                try await RunningServer.with(at: server.address) { _ in }
            }
            #expect(error?.description.contains("\(server.address)") == true)
            #expect(error?.description.contains("in use") == true)
        }
    }

    @Test func `a path in a directory that does not exist is refused with the address`() async throws {
        let address = ListenAddress.unix(path: path + ".d/socket")
        let error = await #expect(throws: ListenError.self) {
            try await RunningServer.with(at: address) { _ in }
        }
        #expect(error?.description.contains("\(address)") == true)
    }
}
