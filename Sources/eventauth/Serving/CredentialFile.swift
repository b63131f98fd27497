import AccessControl
import FoundationEssentials
import JSONRPC
import Logging
import RPCServer
import Synchronization

/// Knows callers by a file of credentials, which can be read again while the server runs.
final class CredentialFile: Sendable {
    private let path: String
    private let logger: Logger
    private let credentials: Mutex<Credentials>
    private let limiter = Mutex(AttemptLimiter())
    private let failures = Atomic<Int>(0)

    init(_ path: String, logger: Logger) throws {
        self.path = path
        self.logger = logger
        credentials = Mutex(try Self.read(path))
    }

    /// Attempts that failed.
    var failureCount: Int { failures.load(ordering: .relaxed) }

    /// Reads the file again; where that fails, who is known stays known.
    func reload() throws {
        let new = try Self.read(path)
        credentials.withLock { $0 = new }
    }

    static func read(_ path: String) throws -> Credentials {
        try credentials(in: try bytes(path), of: path)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        var file = try InputFile(path)
        return try file.readAll()
    }

    static func credentials(in bytes: [UInt8], of path: String) throws -> Credentials {
        do throws(CredentialsError) {
            return try Credentials(reading: bytes)
        } catch {
            throw UnusableCredentials(path: path, error: error)
        }
    }
}

extension CredentialFile: Authentication {
    func caller(showing token: String, from address: String) throws(RPCError) -> Caller {
        // A good token is good whatever others do who share the address, as they do behind a load balancer: nobody finds
        // one by guessing.
        let caller = credentials.withLock { $0 }.caller(showing: Token(shown: token), at: .now)
        if let caller { return caller }
        failures.wrappingAdd(1, ordering: .relaxed)
        let now = ContinuousClock.now
        let pause = limiter.withLock { limiter in
            let pause = limiter.pause(of: address, at: now)
            if pause == nil { limiter.attemptFailed(from: address, at: now) }
            return pause
        }
        if let pause { throw .overloaded(retryAfter: pause) }
        // Not more often than the limiter lets through, so that nobody fills the log.
        logger.warning("Refused a credential", metadata: ["from": "\(address)"])
        throw .unauthenticated
    }

    func caller(withCertificateFor names: [String]) -> Caller? {
        credentials.withLock { $0 }.caller(withCertificateFor: names, at: .now)
    }
}

/// A file of credentials with something wrong in it.
struct UnusableCredentials: Error, CustomStringConvertible {
    let path: String
    let error: CredentialsError

    var description: String { "cannot use the credentials in \(path): \(error)" }
}
