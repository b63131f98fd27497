import CanonicalJSON
import MatrixEvents

extension PostgresSession {
    /// Every stored key of `servers`, in no order.
    func keys(of servers: [ServerName]) throws(PostgresError) -> [ServerKey] {
        var parameters = Parameters()
        parameters.append(servers.map(\.text.bytes))
        return try query(.selectServerKeys, parameters) { (result, row) throws(PostgresError) in
            try ServerKey(reading: result, row: row)
        }
    }

    /// Every stored key, in the order of servers and key ids.
    func allKeys() throws(PostgresError) -> [ServerKey] {
        try query(.selectAllServerKeys) { (result, row) throws(PostgresError) in
            try ServerKey(reading: result, row: row)
        }
    }

    /// Stores those of `keys` that are new or newer than what is stored, or none; returns, for each, whether it was.
    func upsert(_ keys: [ServerKey]) throws(PostgresError) -> [Bool] {
        var newest: [ServerKeyID: ServerKey] = [:]
        for key in keys { newest[key.id] = newest[key.id].map { key.isNewer(than: $0) ? key : $0 } ?? key }
        // One order for everyone, as for events.
        let ordered = newest.values.sorted { $0.id < $1.id }
        var taken = Set<ServerKeyID>()
        try transaction { () throws(PostgresError) in
            for start in stride(from: 0, to: ordered.count, by: keysPerStatement) {
                let batch = ordered[start..<min(start + keysPerStatement, ordered.count)]
                taken.formUnion(try upsertBatch(batch))
            }
        }
        // A key that stands twice in `keys` was stored once.
        return keys.map { newest[$0.id] == $0 && taken.remove($0.id) != nil }
    }

    private func upsertBatch(_ keys: ArraySlice<ServerKey>) throws(PostgresError) -> [ServerKeyID] {
        var parameters = Parameters()
        parameters.append(keys.map(\.id.server.text.bytes))
        parameters.append(keys.map(\.id.keyID.bytes))
        parameters.append(keys.map(\.publicKey.bytes))
        parameters.append(keys.map { $0.validUntil?.milliseconds })
        parameters.append(keys.map { $0.expired?.milliseconds })
        return try query(.upsertServerKeys, parameters) { (result, row) throws(PostgresError) in
            try ServerKeyID(reading: result, row: row)
        }
    }
}

private let keysPerStatement = 1_000

extension ServerKeyID {
    fileprivate init(reading result: borrowing QueryResult, row: Int) throws(PostgresError) {
        self.init(
            server: ServerName(UTF8Text(utf8: try result.requiredBytes(row: row, column: 0))),
            keyID: UTF8Text(utf8: try result.requiredBytes(row: row, column: 1))
        )
    }

    fileprivate static func < (left: ServerKeyID, right: ServerKeyID) -> Bool {
        left.server == right.server ? left.keyID < right.keyID : left.server.text < right.server.text
    }
}

extension ServerKey {
    fileprivate init(reading result: borrowing QueryResult, row: Int) throws(PostgresError) {
        guard let publicKey = PublicKey(bytes: try result.requiredBytes(row: row, column: 2)) else {
            throw .unexpectedAnswer(statement: Statement.selectServerKeys.name, expected: "keys of 32 bytes")
        }
        func timestamp(_ column: Int) throws(PostgresError) -> Timestamp? {
            guard result.bytes(row: row, column: column) != nil else { return nil }
            return Timestamp(milliseconds: try result.integer(row: row, column: column))
        }
        self.init(
            try ServerKeyID(reading: result, row: row),
            publicKey,
            validUntil: try timestamp(3),
            expired: try timestamp(4)
        )
    }
}
