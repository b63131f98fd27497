package import AuthGraph
package import Logging
package import MatrixEvents
import ServiceLifecycle
import Synchronization

/// The events of all rooms, and the keys of all servers, in PostgreSQL.
package final class PostgresStore: Service {
    /// For look-ups alone: those who read do not wait behind those who write.
    private let pool: PostgresPool
    private let writePool: PostgresPool
    /// For streams alone: those who wait for one event do not wait behind a whole room.
    private let streamPool: PostgresPool
    private let replicas: ReadReplicas
    /// For probes alone: a pool that is in use throughout is no sign of ill health.
    private let probeConnection: PostgresConnection
    /// Those of the watches that go on; `nil` once the store is closed.
    private let watchConnections = Mutex<[PostgresConnection]?>([])
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let reportTime: @Sendable (DatabaseWork, Duration) -> Void

    /// - Parameter reportTime: hears how long each piece of work took on its connection, whether it succeeded or not.
    package init(
        configuration: PostgresConfiguration,
        logger: Logger,
        reportTime: @escaping @Sendable (DatabaseWork, Duration) -> Void = { _, _ in }
    ) {
        self.reportTime = reportTime
        pool = PostgresPool(configuration: configuration.ofLoads, logger: logger)
        writePool = PostgresPool(configuration: configuration.ofWriters, logger: logger)
        streamPool = PostgresPool(configuration: configuration.ofStreams, logger: logger)
        replicas = ReadReplicas(configuration, logger: logger)
        probeConnection = PostgresConnection(configuration: configuration.ofProbes, logger: logger)
        self.configuration = configuration
        self.logger = logger
    }

    /// How much of each pool is in use now.
    package var statistics: [(work: DatabaseWork, pool: PoolStatistics)] {
        let ofReplicas = configuration.replicaURLs.isEmpty ? [] : [(DatabaseWork.replica, replicas.poolStatistics)]
        return [(.load, pool.statistics), (.stream, streamPool.statistics), (.write, writePool.statistics)] + ofReplicas
    }

    /// How each read replica does, in the order of their URLs.
    package var replicaStatistics: [ReplicaStatistics] { replicas.statistics }

    /// Keeps the connections until graceful shutdown, then lets running statements finish and closes them.
    package func run() async throws {
        await pool.run()
        await closeOthers()
    }

    /// Closes the connections, where `run()` does not.
    package func close() async {
        await pool.close()
        await closeOthers()
    }

    /// Closes the connections that are not the pool's.
    private func closeOthers() async {
        await replicas.close()
        await writePool.close()
        await streamPool.close()
        await probeConnection.close()
        let connections = watchConnections.withLock { connections in
            defer { connections = nil }
            return connections ?? []
        }
        for connection in connections { await connection.close() }
    }

    /// Throws `schemaNotCurrent` or `schemaNotSupported`, whose descriptions name the remedy, where the database's tables are
    /// not such as this build knows.
    package func checkSchema() async throws(PostgresError) {
        if configuration.layout.isReadOnly { return try await checkHomeserverSchema() }
        let state = try await Migrator(configuration: configuration, logger: logger).schemaState()
        guard state == .current else { throw .schemaNotCurrent(state) }
    }

    private func checkHomeserverSchema() async throws(PostgresError) {
        let layout = configuration.layout
        let schema = try await probeConnection.perform(isIdempotent: true) { (session) throws(PostgresError) in
            try session.homeserverSchema(of: layout)
        }
        guard schema.unknown(allowing: configuration.allowedSchemas).isEmpty else { throw .schemaNotSupported(schema) }
    }

    /// Whose tables the events are in.
    package var layout: DatabaseLayout { configuration.layout }

    /// Throws where the database does not answer at present.
    package func probe() async throws(PostgresError) {
        try await probeConnection.perform(isIdempotent: true) { (session) throws(PostgresError) in
            try timed(.probe) { () throws(PostgresError) in try session.run(.health) }
        }
    }

    /// Runs `body` on a connection of those for look-ups; see ``perform(_:on:_:)``.
    func lookUp<Value: Sendable>(
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async throws(EventStoreError) -> Value {
        try await perform(.load, on: pool, body)
    }

    /// Runs `body` on a connection of those for writers; see ``perform(_:on:_:)``.
    func write<Value: Sendable>(
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async throws(EventStoreError) -> Value {
        guard !layout.isReadOnly else { throw EventStoreError(.readOnly(layout)) }
        return try await perform(.write, on: writePool, body)
    }

    /// Runs `body` on a connection of `pool`; the error's details go to the log, and not to the caller.
    private func perform<Value: Sendable>(
        _ work: DatabaseWork,
        on pool: PostgresPool,
        _ body: @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async throws(EventStoreError) -> Value {
        do {
            return try await pool.perform(isIdempotent: true) { (session) throws(PostgresError) in
                try timed(work) { () throws(PostgresError) in try body(session) }
            }
        } catch .cancelled {
            throw EventStoreError(.cancelled)
        } catch {
            logger.error("PostgreSQL gave no answer", metadata: ["error": "\(error)"])
            throw EventStoreError(error)
        }
    }

    /// Runs `body`, and reports how long it took.
    private func timed<Value>(
        _ work: DatabaseWork,
        _ body: () throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        let start = ContinuousClock.now
        defer { reportTime(work, start.duration(to: .now)) }
        return try body()
    }
}

extension PostgresStore: EventStore {
    package func load(_ ids: [EventID], outcomesOf known: [EventID]) async throws(EventStoreError) -> LoadedRows {
        if ids.isEmpty, known.isEmpty { return LoadedRows() }
        let copies = await replicaEvents(withIDs: ids.filter(\.isHash))
        var rows = try await databaseRows(
            withIDs: ids.filter { copies[$0] == nil },
            outcomesOf: known + copies.keys
        )
        let others = rows.take(copies, known: Set(known))
        if !others.isEmpty {
            rows.events += try await databaseRows(withIDs: others, outcomesOf: []).events
        }
        return rows
    }

    private func databaseRows(
        withIDs ids: [EventID],
        outcomesOf known: [EventID]
    ) async throws(EventStoreError) -> LoadedRows {
        try await lookUp { (session) throws(PostgresError) in
            try session.rows(withIDs: ids, outcomesOf: known)
        }
    }

    /// What a replica has under `ids`, as far as an event's content shows that it is the one.
    private func replicaEvents(withIDs ids: [EventID]) async -> [EventID: StoredEvent] {
        if ids.isEmpty { return [:] }
        let rows = await replicas.lookUp { (session) throws(PostgresError) in
            try timed(.replica) { () throws(PostgresError) in try session.rows(withIDs: ids, outcomesOf: []) }
        }
        // In room versions 1 and 2 ids are the senders' choice, and may look like hashes.
        let hashed = rows?.events.filter { !$0.roomVersion.format.carriesID } ?? []
        return Dictionary(hashed.map { ($0.id, $0) }) { first, _ in first }
    }

    package func streamChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        if ids.isEmpty { return }
        try await perform(.stream, on: streamPool) { (session) throws(PostgresError) in
            try session.streamChain(from: ids, in: roomID, receive)
        }
    }

    package func stream(
        _ ids: [EventID],
        in roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        if ids.isEmpty { return }
        try await perform(.stream, on: streamPool) { (session) throws(PostgresError) in
            try session.streamEvents(ids, in: roomID, receive)
        }
    }

    package func streamRoom(
        _ roomID: RoomID,
        _ receive: @escaping @Sendable (StoredEvent) -> Bool
    ) async throws(EventStoreError) {
        try await perform(.stream, on: streamPool) { (session) throws(PostgresError) in
            try session.streamRoom(roomID, receive)
        }
    }

    /// Where the connection is lost while the events are stored, they are stored once more: those that had been stored the
    /// first time are then reported as known.
    package func save(_ events: [NewEvent]) async throws(EventStoreError) -> [Bool] {
        if events.isEmpty { return [] }
        return try await write { (session) throws(PostgresError) in
            try session.insert(events)
        }
    }

    package func saveChainVerdicts(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(EventStoreError) {
        if verdicts.isEmpty { return }
        let verdicts = Dictionary(verdicts.map { ($0.id, $0.verdict) }) { first, _ in first }
        try await write { (session) throws(PostgresError) in
            try session.saveChainVerdicts(verdicts, in: roomID)
        }
    }

    package func currentState(of room: RoomID) async throws(EventStoreError) -> [EventID]? {
        try await lookUp { (session) throws(PostgresError) in try session.currentState(of: room) }
    }

    package func saveState(_ ids: [EventID], of roomID: RoomID) async throws(EventStoreError) {
        try await write { (session) throws(PostgresError) in try session.saveState(ids, of: roomID) }
    }

    /// On a connection beside the pool's, which is made when it is first needed and again whenever it is lost. Homeservers tell
    /// nobody of changes.
    package func watchOutcomes(_ report: @escaping @Sendable (OutcomeChange) -> Void) async {
        if layout.isReadOnly { return }
        let connection = PostgresConnection(configuration: configuration, logger: logger)
        let isOpen = watchConnections.withLock { connections in
            connections?.append(connection)
            return connections != nil
        }
        guard isOpen else { return }
        var watch = OutcomeWatch(on: connection, backOff: configuration.backOff)
        await watch.run(report)
        watchConnections.withLock { $0?.removeAll { $0 === connection } }
        await connection.close()
    }
}

extension LoadedRows {
    /// Takes the events of `copies` that the database has too, with what it says was decided of them.
    ///
    /// - Parameter known: what was asked for its outcome alone.
    /// - Returns: ids under which the database has an event that is not among the copies.
    fileprivate mutating func take(_ copies: [EventID: StoredEvent], known: Set<EventID>) -> [EventID] {
        var others: [EventID] = []
        for (id, roomID, outcome) in outcomes where !known.contains(id) {
            guard let copy = copies[id] else { continue }
            guard copy.roomID == roomID else {
                others.append(id)
                continue
            }
            events.append(
                StoredEvent(id: id, roomID: roomID, roomVersion: copy.roomVersion, pdu: copy.pdu, outcome: outcome)
            )
        }
        outcomes.removeAll { !known.contains($0.id) }
        events.removeAll { others.contains($0.id) }
        return others
    }
}

extension PostgresConfiguration {
    fileprivate var ofLoads: PostgresConfiguration {
        var configuration = self
        configuration.statementTimeout = loadTimeout
        return configuration
    }

    fileprivate var ofWriters: PostgresConfiguration {
        var configuration = self
        configuration.connectionCount = writeConnectionCount
        return configuration
    }

    fileprivate var ofProbes: PostgresConfiguration {
        var configuration = self
        configuration.statementTimeout = probeTimeout
        return configuration
    }

    fileprivate var ofStreams: PostgresConfiguration {
        var configuration = self
        configuration.connectionCount = streamConnectionCount
        configuration.statementTimeout = streamTimeout
        return configuration
    }
}

extension EventStoreError {
    /// Says what kind of error it was in words fit for a client, which the server's own are not.
    fileprivate init(_ error: PostgresError) {
        switch error {
        case .unreachable, .connectionLost, .streamBroken: self = .unavailable("the database cannot be reached")
        case .waitLimitExceeded, .tooManyWaiters: self = .unavailable("the database is too busy")
        case .cancelled, .closed: self = .unavailable("the call or the service is ending")
        case .failed(_, .queryCanceled, _): self = .unavailable("the database is too slow")
        case .failed(_, let sqlState, _) where sqlState.isTransient:
            self = .unavailable("the database cannot answer at present")
        case .readOnly: self = .readOnly(error.description)
        case .failed, .invalidURL, .unexpectedAnswer, .schemaNotCurrent, .schemaNotSupported:
            self = .defective("the database refuses what this service asks of it")
        }
    }
}
