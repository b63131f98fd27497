import AuthGraph
import CanonicalJSON
import EventAuthorization
import MatrixEvents

extension StoredEvent {
    /// The event in a row of `Statement.eventColumns`.
    init(reading result: borrowing QueryResult, row: Int) throws(PostgresError) {
        let version = try result.text(row: row, column: 2)
        guard let roomVersion = RoomVersion(rawValue: version) else {
            throw result.unexpected("a room version that this build knows, not \(version),", 2)
        }
        let (id, roomID, outcome) = try result.outcome(row: row)
        let pdu = try result.requiredBytes(row: row, column: 8)
        self.init(id: id, roomID: roomID, roomVersion: roomVersion, pdu: pdu, outcome: outcome)
    }
}

extension QueryResult {
    /// What was decided of the event in a row of `Statement.eventColumns`, and which event that is.
    func outcome(row: Int) throws(PostgresError) -> (id: EventID, roomID: RoomID, outcome: StoredOutcome) {
        let room = UTF8Text(utf8: try requiredBytes(row: row, column: 1))
        guard let roomID = RoomID(room) else { throw unexpected("a room id", 1) }
        let outcome = StoredOutcome(
            verdict: try verdict(row: row, column: 3),
            rule: try text(row: row, column: 4),
            isRejected: try boolean(row: row, column: 5),
            chainVerdict: try chainVerdict(row: row)
        )
        return (EventID(UTF8Text(utf8: try requiredBytes(row: row, column: 0))), roomID, outcome)
    }

    /// Whether the row comes without its event's PDU.
    func isOutcomeAlone(row: Int) -> Bool {
        isNull(row: row, column: 8)
    }

    private func chainVerdict(row: Int) throws(PostgresError) -> ChainVerdict? {
        if isNull(row: row, column: 6) { return nil }
        return ChainVerdict(verdict: try verdict(row: row, column: 6), rule: try text(row: row, column: 7))
    }

    private func verdict(row: Int, column: Int) throws(PostgresError) -> Decision.Verdict {
        let name = try text(row: row, column: column)
        guard let verdict = Decision.Verdict(rawValue: name) else {
            throw unexpected("a verdict that this build knows, not \(name),", column)
        }
        return verdict
    }
}

extension Parameters {
    /// The ids as `bytea[]`, each written when its turn comes: a million of them as bytes of their own would be 100 MB.
    mutating func append(_ ids: [EventID]) {
        appendArray(of: .bytea, ids) { $0.append(contentsOf: $1.text.bytes) }
    }
}
