#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The files that the process may have open. Each connection takes one.
enum OpenFiles {
    /// What a server needs beside its connections: listeners, event loops, the database, files that are read again.
    private static let reserve = 100

    /// Raises the limit as far as the process may, and returns it; `nil` where the system does not say.
    static func raiseLimit() -> Int? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(resource, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections there may be, of `wanted`, so that one more can still be told that there are too many.
    static func connectionCount(wanted: Int, limit: Int) -> Int {
        min(wanted, max(1, limit - limit / 16 - reserve))
    }

    private static var resource: Int32 {
        #if canImport(Glibc)
        Int32(RLIMIT_NOFILE.rawValue)
        #else
        RLIMIT_NOFILE
        #endif
    }
}
