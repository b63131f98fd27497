import AuthGraph
import CanonicalJSON
import EventAuthorization
import MatrixEvents

extension PostgresSession {
    /// Keeps what whole chains say of events of the room, of those that have no such verdict yet.
    ///
    /// A batch that fails leaves the ones before it in place: each verdict is true by itself.
    func saveChainVerdicts(_ verdicts: [EventID: ChainVerdict], in roomID: RoomID) throws(PostgresError) {
        // One order for everyone: of two callers that write the same verdicts, neither waits for one that waits for it.
        let ordered = verdicts.sorted { $0.key.text < $1.key.text }
        for start in stride(from: 0, to: ordered.count, by: verdictsPerBatch) {
            let batch = ordered[start..<min(start + verdictsPerBatch, ordered.count)]
            try transaction { () throws(PostgresError) in try saveBatch(Array(batch), in: roomID) }
        }
    }

    private func saveBatch(
        _ batch: [(key: EventID, value: ChainVerdict)],
        in roomID: RoomID
    ) throws(PostgresError) {
        var parameters = Parameters()
        parameters.append(batch.map(\.key))
        parameters.append(Array(roomID.text.bytes))
        try run(.lockForChainVerdicts, parameters)
        parameters.append(batch.map(\.value.verdict.rawValue))
        parameters.append(batch.map(\.value.rule))
        try run(.updateChainVerdicts, parameters)
    }
}

/// Each row is looked for among the ids of its batch, one after the other, so larger batches get dearer by the row.
private let verdictsPerBatch = 200

extension Statement {
    /// Locks, in the order of the ids, the rows that have no verdict of their chain yet. Whoever waits here for another
    /// caller finds afterwards what that one wrote, and passes it over.
    static let lockForChainVerdicts = Statement(
        "lock_for_chain_verdicts",
        taking: [.byteaArray, .bytea],
        sql: """
            SELECT
            FROM unnest($1) AS due (event_id)
            CROSS JOIN LATERAL (
                SELECT
                FROM events
                WHERE events.event_id = due.event_id AND room_id = $2 AND chain_verdict IS NULL
                FOR NO KEY UPDATE
            ) AS locked
            """
    )

    static let updateChainVerdicts = Statement(
        "update_chain_verdicts",
        taking: [.byteaArray, .bytea, .textArray, .textArray],
        sql: """
            UPDATE events
            SET chain_verdict = $3[array_position($1, event_id)], chain_rule = $4[array_position($1, event_id)]
            WHERE event_id = ANY ($1) AND room_id = $2 AND chain_verdict IS NULL
            """
    )
}
