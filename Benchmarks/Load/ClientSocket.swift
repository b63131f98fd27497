import NIOCore
import RPCServer

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A connected socket that never blocks.
final class ClientSocket {
    let descriptor: Int32

    init(connectedTo address: ListenAddress) throws {
        let socketAddress =
            switch address {
            case .unix(let path): try SocketAddress(unixDomainSocketPath: path)
            case .tcp(let host, let port): try SocketAddress.makeAddressResolvingHost(host, port: port)
            }
        descriptor = socket(Int32(socketAddress.protocol.rawValue), Self.streamType, 0)
        let outcome = socketAddress.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard outcome == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            throw IOError(errnoCode: errno, reason: "connect to \(address)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends what the socket takes of `bytes` now, and returns how many that were.
    func send(_ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EAGAIN || errno == EINTR { return 0 }
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "send") }
        return count
    }

    /// Appends what there is to read to `bytes`. Throws at the end of what the server sends.
    func receive(into bytes: inout [UInt8], chunk: inout [UInt8]) throws {
        let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "receive") }
        if count == 0 { throw LoadError.serverHungUp }
        bytes.append(contentsOf: chunk[..<count])
    }

    private static var streamType: Int32 {
        #if canImport(Glibc)
        Int32(SOCK_STREAM.rawValue)
        #else
        SOCK_STREAM
        #endif
    }
}
