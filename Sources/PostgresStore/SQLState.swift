/// PostgreSQL's five-character code of an error (its manual, appendix A); the first two characters are the error's class.
package struct SQLState: Hashable, Sendable {
    package let code: String

    package init(_ code: String) {
        self.code = code
    }

    /// `statement_timeout` ran out, or someone cancelled the statement.
    package static let queryCanceled = SQLState("57014")
    /// There is no such table, or none that the role may see.
    package static let undefinedTable = SQLState("42P01")
    /// The role may not do this.
    static let insufficientPrivilege = SQLState("42501")
    /// The connection no longer knows a prepared statement, as after a pooler's `DISCARD ALL`.
    private static let invalidStatementName = SQLState("26000")
    /// The server has become read-only, as when another one takes over from it.
    private static let readOnlyTransaction = SQLState("25006")

    /// Connection failures (08), rollbacks that ask for another try (40), exhausted resources (53), objects locked (55),
    /// interventions (57) and failures of the server's own system (58) pass.
    var isTransient: Bool {
        ["08", "40", "53", "55", "57", "58"].contains(code.prefix(2)) || endsConnection
    }

    /// Whether only a new connection helps: the server is leaving (57P), gone (08), or no longer the right one.
    var endsConnection: Bool {
        code.hasPrefix("57P") || code.hasPrefix("08") || self == .invalidStatementName || self == .readOnlyTransaction
    }
}
