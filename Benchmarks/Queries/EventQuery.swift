import MatrixEvents

/// The query that a cold verdict waits for, as PostgresStore asks it (`select_events`).
enum EventQuery {
    private static let columns = "event_id, room_id, room_version, verdict, rule, rejected, chain_verdict, chain_rule"

    /// With the ids as parameters.
    static let sql = sql(ids: "$1", known: "$2")

    /// With the ids written out.
    static func sql(selecting ids: [EventID]) -> String {
        sql(ids: "\(literal(ids.map(\.description)))::bytea[]", known: "'{}'::bytea[]") + ";"
    }

    /// An array of byte strings, as PostgreSQL reads it.
    static func arrayText(_ ids: [String]) -> String {
        let items = ids.map { id in
            #""\\x"# + id.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + #"""#
        }
        return "{\(items.joined(separator: ","))}"
    }

    private static func literal(_ ids: [String]) -> String { "'\(arrayText(ids))'" }

    private static func sql(ids: String, known: String) -> String {
        """
        SELECT \(columns), pdu FROM events WHERE event_id = ANY (\(ids)) \
        UNION ALL SELECT \(columns), NULL FROM events WHERE event_id = ANY (\(known))
        """
    }
}
