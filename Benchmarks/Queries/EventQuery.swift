import MatrixEvents
import PostgresStore

/// The query that a cold verdict waits for, as PostgresStore asks it (`select_events`).
enum EventQuery {
    /// With the ids as parameters.
    static let sql = PostgresStore.lookUpSQL

    /// With the ids written out, on one line.
    static func sql(selecting ids: [EventID]) -> String {
        sql.replacing("$1", with: "'\(arrayText(ids.map(\.description)))'::bytea[]")
            .replacing("$2", with: "'{}'::bytea[]").replacing("\n", with: " ") + ";"
    }

    /// An array of byte strings, as PostgreSQL reads it.
    static func arrayText(_ ids: [String]) -> String {
        let items = ids.map { #""\\x"# + Hexadecimal.encode($0.utf8) + #"""# }
        return "{\(items.joined(separator: ","))}"
    }
}
