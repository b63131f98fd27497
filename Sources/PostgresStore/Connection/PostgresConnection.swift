package import Logging

/// A connection to PostgreSQL on a thread of its own, made when first needed and again after it was lost.
package actor PostgresConnection {
    private let thread: ConnectionThread
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private var backOff: BackOff
    private var session: PostgresSession?
    private var isClosed = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    package init(configuration: PostgresConfiguration, logger: Logger) {
        thread = ConnectionThread(name: "postgres")
        self.configuration = configuration
        self.logger = logger
        backOff = configuration.backOff
    }

    deinit {
        thread.stop()
    }

    /// Runs `body` on the connection's thread.
    ///
    /// With `isIdempotent`, a connection that turns out to be lost is made anew at once and `body` runs a second time, so that
    /// a restart of the server between two calls goes unnoticed. Throws `unreachable` while the pause after a failed
    /// attempt to connect lasts, rather than wait for its end.
    package func perform<Value: Sendable>(
        isIdempotent: Bool = false,
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        let isReused = session != nil
        do throws(PostgresError) {
            return try performOnce(body)
        } catch {
            guard case .connectionLost = error, isIdempotent, isReused else { throw error }
            return try performOnce(body)
        }
    }

    /// Closes the connection for good, once it has done what it was asked before.
    package func close() {
        isClosed = true
        session = nil
    }

    private func performOnce<Value>(
        _ body: (PostgresSession) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        do throws(PostgresError) {
            return try body(try openSession())
        } catch {
            if error.endsConnection {
                session = nil
                logger.warning("Lost the connection to PostgreSQL", metadata: ["error": "\(error)"])
            }
            throw error
        }
    }

    private func openSession() throws(PostgresError) -> PostgresSession {
        if isClosed { throw .closed }
        if let session, session.isUsable { return session }
        if let pause = backOff.remainingPause(at: .now) {
            throw .unreachable(message: "waiting before the next attempt", retryAfter: pause)
        }
        try configuration.validate()
        do throws(PostgresError) {
            let session = try PostgresSession(configuration: configuration, backOff: &backOff)
            self.session = session
            logger.debug("Connected to PostgreSQL")
            return session
        } catch {
            logger.warning("Cannot connect to PostgreSQL", metadata: ["error": "\(error)"])
            throw error
        }
    }
}
