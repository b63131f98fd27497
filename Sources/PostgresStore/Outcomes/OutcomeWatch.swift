import AuthGraph

/// Hears from PostgreSQL what changes of the outcomes of stored events, on a connection of its own.
struct OutcomeWatch {
    private let connection: PostgresConnection
    private var backOff: BackOff

    /// How long the connection's thread listens before it looks whether the watch is to end.
    private static let turn: Duration = .seconds(1)

    init(on connection: PostgresConnection, backOff: BackOff) {
        self.connection = connection
        self.backOff = backOff
    }

    /// Reports changes until the task is cancelled or the connection is closed, and connects again whenever it is lost.
    mutating func run(_ report: @Sendable (OutcomeChange) -> Void) async {
        while !Task.isCancelled {
            do throws(PostgresError) {
                let changes = try await connection.perform { (session) throws(PostgresError) in
                    try session.outcomeChanges(within: Self.turn)
                }
                backOff.attemptSucceeded()
                for change in changes { report(change) }
            } catch .closed {
                return
            } catch {
                // The connection itself refuses to connect before its own pause is over, so this only keeps from asking often.
                let pause = backOff.attemptFailed(at: .now, jitter: .random(in: 0..<1))
                try? await Task.sleep(for: min(pause, Self.turn))
            }
        }
    }
}

extension PostgresSession {
    /// What has changed since the last call; waits up to `limit` for something. A session that does not listen yet begins
    /// to, and reports that it has missed what went before.
    fileprivate func outcomeChanges(within limit: Duration) throws(PostgresError) -> [OutcomeChange] {
        if try beginListening(to: "eventauth_outcomes") { return [.unseen] }
        return try notifications(within: limit).map(OutcomeChange.init(payload:))
    }
}
