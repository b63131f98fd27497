import AccessControl
import FoundationEssentials
import JSONRPC
import Logging
import RPCServer
import Synchronization

/// Knows callers by a file of credentials, which can be read again while the server runs.
final class CredentialFile: Sendable {
    private struct State {
        var credentials: Credentials
        /// How often the file has been read again.
        var generation = 0
    }

    private let path: String
    private let logger: Logger
    private let state: Mutex<State>
    private let limiter = Mutex(AttemptLimiter())
    private let failures = Atomic<Int>(0)

    init(_ path: String, logger: Logger) throws {
        self.path = path
        self.logger = logger
        state = Mutex(State(credentials: try Self.read(path)))
    }

    /// Attempts that failed.
    var failureCount: Int { failures.load(ordering: .relaxed) }

    /// Reads the file again; where that fails, who is known stays known.
    func reload() throws {
        let new = try Self.read(path)
        state.withLock { state in
            state.credentials = new
            state.generation += 1
        }
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
    func standing(showing token: String, from address: String) throws(RPCError) -> Standing {
        // A good token is good whatever others do who share the address, as they do behind a load balancer: nobody finds
        // one by guessing.
        let state = state.withLock { $0 }
        if let known = state.credentials.credential(showing: Token(shown: token), at: .now) {
            return standing(of: known, state.generation)
        }
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

    func standing(withCertificateFor names: [String]) -> Standing? {
        let state = state.withLock { $0 }
        let known = state.credentials.credential(withCertificateFor: names, at: .now)
        return known.map { standing(of: $0, state.generation) }
    }

    /// Looks for the credential again only where the file has been read again.
    private func standing(of credential: Credential, _ generation: Int) -> Standing {
        let known = KnownCredential(credential, generation)
        return Standing { [self] in
            state.withLock { known.caller(in: $0.credentials, $0.generation, at: .now) }
        }
    }
}

/// What somebody was let in by, as it was when it was last looked for.
private final class KnownCredential: Sendable {
    private let state: Mutex<(credential: Credential?, generation: Int)>

    init(_ credential: Credential, _ generation: Int) {
        state = Mutex((credential, generation))
    }

    func caller(in credentials: Credentials, _ generation: Int, at now: Date) -> Caller? {
        state.withLock { state in
            if state.generation != generation {
                state = (state.credential.flatMap(credentials.current), generation)
            }
            return state.credential.flatMap { $0.isGood(at: now) ? $0.caller : nil }
        }
    }
}

/// A file of credentials with something wrong in it.
struct UnusableCredentials: Error, CustomStringConvertible {
    let path: String
    let error: CredentialsError

    var description: String { "cannot use the credentials in \(path): \(error)" }
}
