package import AuthGraph
package import MatrixEvents

extension PostgresStore: ServerKeyStore {
    package func keys(of servers: [ServerName]) async throws(EventStoreError) -> [ServerKey] {
        // A homeserver's own keys are not read.
        if servers.isEmpty || layout.isReadOnly { return [] }
        return try await lookUp { (session) throws(PostgresError) in try session.keys(of: servers) }
    }

    /// Where the connection is lost while the keys are stored, they are stored once more: those that had been stored the
    /// first time are then reported as known.
    package func save(_ keys: [ServerKey]) async throws(EventStoreError) -> [Bool] {
        if keys.isEmpty { return [] }
        return try await write { (session) throws(PostgresError) in try session.upsert(keys) }
    }

    /// Every stored key, in the order of servers and key ids.
    package func allKeys() async throws(EventStoreError) -> [ServerKey] {
        try await lookUp { (session) throws(PostgresError) in try session.allKeys() }
    }
}
