import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Waits until connections have something to read, or take more of what they have to send. Each way returns their indices.
enum SocketWait {
    /// For any number of connections, to the millisecond.
    static func long(for connections: [LoadConnection], atMostSeconds seconds: Int) throws -> [Int] {
        var descriptors = connections.map {
            pollfd(fd: $0.descriptor, events: Int16($0.hasUnsent ? POLLIN | POLLOUT : POLLIN), revents: 0)
        }
        let count = poll(&descriptors, nfds_t(descriptors.count), Int32(seconds * 1000))
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "poll") }
        return descriptors.indices.filter { descriptors[$0].revents != 0 }
    }

    /// For some hundreds of connections, to the microsecond.
    static func briefly(for connections: [LoadConnection], atMost nanoseconds: UInt64) throws -> [Int] {
        var readable = DescriptorSet(connections.map(\.descriptor))
        var writable = DescriptorSet(connections.filter(\.hasUnsent).map(\.descriptor))
        var time = timeval(tv_sec: Int(nanoseconds / 1_000_000_000), tv_usec: Int(nanoseconds % 1_000_000_000 / 1_000))
        let last = connections.map(\.descriptor).max() ?? -1
        let count = select(last + 1, &readable.bits, &writable.bits, nil, &time)
        guard count >= 0 else { throw IOError(errnoCode: errno, reason: "select") }
        return connections.indices.filter {
            readable.contains(connections[$0].descriptor) || writable.contains(connections[$0].descriptor)
        }
    }

    /// Descriptors below 1024, as `select` takes them.
    private struct DescriptorSet {
        var bits = fd_set()

        init(_ descriptors: [Int32]) {
            for descriptor in descriptors {
                withUnsafeMutableBytes(of: &bits) { $0[Int(descriptor) / 8] |= 1 << UInt8(descriptor % 8) }
            }
        }

        func contains(_ descriptor: Int32) -> Bool {
            withUnsafeBytes(of: bits) { $0[Int(descriptor) / 8] >> UInt8(descriptor % 8) & 1 == 1 }
        }
    }
}
