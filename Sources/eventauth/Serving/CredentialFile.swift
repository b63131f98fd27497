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

    /// Attempts that failed, those included that were not looked at.
    var failureCount: Int { failures.load(ordering: .relaxed) }

    /// Reads the file again; where that fails, who is known stays known.
    func reload() throws {
        let new = try Self.read(path)
        credentials.withLock { $0 = new }
    }

    private static func read(_ path: String) throws -> Credentials {
        var file = try InputFile(path)
        let bytes = try file.readAll()
        do throws(CredentialsError) {
            return try Credentials(reading: bytes)
        } catch {
            throw UnusableCredentials(path: path, error: error)
        }
    }

    private func refuse(_ address: String) {
        failures.wrappingAdd(1, ordering: .relaxed)
        logger.warning("Refused a credential", metadata: ["from": "\(address)"])
    }
}

extension CredentialFile: Authentication {
    func caller(showing token: String, from address: String) throws(RPCError) -> Caller {
        let now = ContinuousClock.now
        if let pause = limiter.withLock({ $0.pause(of: address, at: now) }) {
            failures.wrappingAdd(1, ordering: .relaxed)
            throw .overloaded(retryAfter: pause)
        }
        let caller = credentials.withLock { $0 }.caller(showing: Token(shown: token), at: .now)
        if let caller { return caller }
        limiter.withLock { $0.attemptFailed(from: address, at: now) }
        refuse(address)
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
