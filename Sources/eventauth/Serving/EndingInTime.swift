import Dispatch
import Logging
import RPCServer
import ServiceLifecycle

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A server whose process ends in time once it is told to stop, even where a statement hangs in the database and a thread
/// with it. Nothing is lost by that: who had an answer coming was told otherwise by then, and the database undoes what was
/// not committed.
struct EndingInTime: Service {
    let server: RPCServer
    /// How long the server's own end may take at most.
    let limit: Duration
    let logger: Logger
    /// Saves, without waiting for anybody, what would be lost.
    let beforeExit: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            DispatchQueue.global().asyncAfter(deadline: .now() + limit.dispatchInterval) {
                logger.warning("Ending with statements that hang in the database")
                beforeExit()
                exit(0)
            }
        }
    }
}

extension Duration {
    fileprivate var dispatchInterval: DispatchTimeInterval {
        .milliseconds(Int(self / .milliseconds(1)))
    }
}

extension EndingInTime: CustomStringConvertible {
    /// For the log, where all that a server has would be too much.
    var description: String { "RPCServer" }
}
