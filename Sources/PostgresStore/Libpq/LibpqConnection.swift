import CLibpq

/// One connection of libpq. `PGconn` stays in this file; the object stays on the thread of the actor that owns it.
final class LibpqConnection {
    private let connection: OpaquePointer

    /// Connects, blocking until that succeeds, fails or takes longer than `limit`, or else than `connect_timeout`.
    init(
        keywords: [(keyword: String, value: String)],
        limit: Duration? = nil,
        backOff: inout BackOff
    ) throws(PostgresError) {
        let opened = withCStrings(keywords.map(\.keyword)) { names in
            withCStrings(keywords.map(\.value)) { values in
                guard let limit else { return PQconnectdbParams(names, values, 1) }
                let started = PQconnectStartParams(names, values, 1)
                started.map { finishConnecting($0, deadline: .after(limit)) }
                return started
            }
        }
        guard let opened, PQstatus(opened) == CONNECTION_OK, PQsetnonblocking(opened, 1) == 0 else {
            let message = opened.map(lastMessage(of:)) ?? "out of memory"
            PQfinish(opened)
            let pause = backOff.attemptFailed(at: .now, jitter: .random(in: 0..<1))
            throw .unreachable(message: message, retryAfter: pause)
        }
        backOff.attemptSucceeded()
        // Without this libpq writes the server's notices to standard error.
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        connection = opened
    }

    deinit {
        PQfinish(connection)
    }

    /// Runs a script of any number of statements, without parameters, and drops what they return.
    func run(script: String, named name: String, deadline: Deadline) throws(PostgresError) {
        _ = try finish(PQsendQuery(connection, script), of: name, deadline: deadline)
    }

    func prepare(_ statement: Statement, deadline: Deadline) throws(PostgresError) {
        let types = statement.parameterTypes.map(\.rawValue)
        let sent = PQsendPrepare(connection, statement.name, statement.sql, Int32(types.count), types)
        _ = try finish(sent, of: statement.name, deadline: deadline)
    }

    /// Runs a prepared statement.
    func run(
        _ statement: Statement,
        _ parameters: Parameters,
        deadline: Deadline
    ) throws(PostgresError) -> QueryResult {
        try finish(send(statement, parameters), of: statement.name, deadline: deadline)
    }

    /// Runs a prepared statement and hands `receive` a result of one row after the other, as they come from the server.
    ///
    /// - Returns: false where `receive` did, before the last row. Only ``cancel(_:deadline:)`` may follow then.
    func stream(
        _ statement: Statement,
        _ parameters: Parameters,
        deadline: Deadline,
        _ receive: (borrowing QueryResult) -> Bool
    ) throws(PostgresError) -> Bool {
        guard send(statement, parameters) == 1, PQsetSingleRowMode(connection) == 1 else {
            throw lost(during: statement.name)
        }
        try flush(statement.name, deadline)
        var failure: PostgresError?
        while let result = try nextResult(of: statement.name, deadline) {
            failure = failure ?? result.failure
            // The rows are followed by a result without any.
            guard failure == nil, result.rowCount > 0 else { continue }
            guard receive(result) else { return false }
        }
        if let failure { throw failure }
        return true
    }

    /// Has the server end the statement that runs or is prepared, and drops the rest of its answer.
    func cancel(_ statement: Statement, deadline: Deadline) throws(PostgresError) {
        guard let request = PQgetCancel(connection) else { throw lost(during: statement.name) }
        defer { PQfreeCancel(request) }
        var message = [CChar](repeating: 0, count: 256)
        guard PQcancel(request, &message, Int32(message.count)) == 1 else { throw lost(during: statement.name) }
        while let result = try nextResult(of: statement.name, deadline) {
            _ = consume result
        }
    }

    /// What was notified on the channels listened to, in order; waits for something until `deadline`.
    func notifications(deadline: Deadline) throws(PostgresError) -> [String] {
        let waiting = takeNotifications()
        guard waiting.isEmpty, deadline.wait(for: .reading, of: PQsocket(connection)) else { return waiting }
        guard PQconsumeInput(connection) == 1 else { throw lost(during: "listen") }
        return takeNotifications()
    }

    private func takeNotifications() -> [String] {
        var payloads: [String] = []
        while let notification = PQnotifies(connection) {
            payloads.append(String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
        return payloads
    }

    private func send(_ statement: Statement, _ parameters: Parameters) -> Int32 {
        parameters.withPointers { values, lengths in
            let formats = [Int32](repeating: 1, count: values.count)
            return PQsendQueryPrepared(connection, statement.name, Int32(values.count), values, lengths, formats, 1)
        }
    }

    /// Waits for the answer to what was sent: the last result, or the first that is an error.
    private func finish(_ sent: Int32, of statement: String, deadline: Deadline) throws(PostgresError) -> QueryResult {
        guard sent == 1 else { throw lost(during: statement) }
        try flush(statement, deadline)
        var answer: QueryResult?
        var failure: PostgresError?
        while let result = try nextResult(of: statement, deadline) {
            failure = failure ?? result.failure
            answer = consume result
        }
        if let failure { throw failure }
        guard let answer = answer.take() else { throw lost(during: statement) }
        return answer
    }

    /// Sends what libpq still holds, reading meanwhile, since the server may not read on before its answer is read.
    private func flush(_ statement: String, _ deadline: Deadline) throws(PostgresError) {
        while true {
            let outcome = PQflush(connection)
            if outcome == 0 { return }
            guard outcome == 1 else { throw lost(during: statement) }
            try wait(for: .readingOrWriting, statement, deadline)
        }
    }

    private func nextResult(of statement: String, _ deadline: Deadline) throws(PostgresError) -> QueryResult? {
        while PQisBusy(connection) == 1 {
            try wait(for: .reading, statement, deadline)
        }
        return PQgetResult(connection).map { QueryResult(owning: $0, of: statement) }
    }

    private func wait(
        for readiness: Deadline.Readiness,
        _ statement: String,
        _ deadline: Deadline
    ) throws(PostgresError) {
        guard deadline.wait(for: readiness, of: PQsocket(connection)) else {
            if deadline.isCancelled { throw .cancelled }
            throw .connectionLost(statement: statement, sqlState: nil, message: "the server no longer answers")
        }
        guard PQconsumeInput(connection) == 1 else { throw lost(during: statement) }
    }

    private func lost(during statement: String) -> PostgresError {
        .connectionLost(statement: statement, sqlState: nil, message: lastMessage(of: connection))
    }
}

extension PostgresConfiguration {
    /// Throws `invalidURL` for what libpq cannot read: its own message would quote the URL, password and all.
    func validate() throws(PostgresError) {
        guard let options = PQconninfoParse(url, nil) else { throw .invalidURL }
        PQconninfoFree(options)
    }
}

/// Goes on connecting until that has succeeded or failed, or the deadline comes.
private func finishConnecting(_ connection: OpaquePointer, deadline: Deadline) {
    var readiness = Deadline.Readiness.writing
    while PQstatus(connection) != CONNECTION_BAD, deadline.wait(for: readiness, of: PQsocket(connection)) {
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: readiness = .reading
        case PGRES_POLLING_WRITING: readiness = .writing
        default: return
        }
    }
}

private func lastMessage(of connection: OpaquePointer) -> String {
    String(cString: PQerrorMessage(connection)).split(whereSeparator: \.isNewline).joined(separator: "; ")
}
