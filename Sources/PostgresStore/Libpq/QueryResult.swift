import CLibpq

/// The rows that a statement returned, in binary format. Holds libpq's `PGresult` and clears it.
struct QueryResult: ~Copyable {
    private let result: OpaquePointer
    /// The statement that returned this, for errors.
    private let statement: String

    /// Takes over `result`, which nothing else may clear.
    init(owning result: OpaquePointer, of statement: String) {
        self.result = result
        self.statement = statement
    }

    deinit {
        PQclear(result)
    }

    var rowCount: Int {
        Int(PQntuples(result))
    }

    /// Nil where the statement succeeded.
    var failure: PostgresError? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: nil
        default: error
        }
    }

    /// The value's bytes; nil for null.
    func bytes(row: Int, column: Int) -> [UInt8]? {
        withValue(row: row, column: column) { Array($0) }
    }

    func isNull(row: Int, column: Int) -> Bool {
        PQgetisnull(result, Int32(row), Int32(column)) == 1
    }

    func requiredBytes(row: Int, column: Int) throws(PostgresError) -> [UInt8] {
        guard let bytes = bytes(row: row, column: column) else { throw unexpected("bytes", column) }
        return bytes
    }

    func text(row: Int, column: Int) throws(PostgresError) -> String {
        guard let text = withValue(row: row, column: column, { String(validating: $0, as: UTF8.self) }) ?? nil else {
            throw unexpected("text", column)
        }
        return text
    }

    func boolean(row: Int, column: Int) throws(PostgresError) -> Bool {
        let bytes = try requiredBytes(row: row, column: column)
        guard bytes.count == 1 else { throw unexpected("a boolean", column) }
        return bytes[0] != 0
    }

    func integer(row: Int, column: Int) throws(PostgresError) -> Int64 {
        let bytes = try requiredBytes(row: row, column: column)
        guard bytes.count == 8 else { throw unexpected("an int8", column) }
        return bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    private func withValue<Value>(row: Int, column: Int, _ read: (UnsafeRawBufferPointer) -> Value) -> Value? {
        let (row, column) = (Int32(row), Int32(column))
        // libpq answers a row or column that is not there with null as well.
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return nil }
        return read(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column))))
    }

    func unexpected(_ expected: String, _ column: Int) -> PostgresError {
        .unexpectedAnswer(statement: statement, expected: "\(expected) in column \(column + 1)")
    }

    private var error: PostgresError {
        let message = field("M") ?? "no message"
        guard let sqlState = field("C").map(SQLState.init(_:)) else {
            return .connectionLost(statement: statement, sqlState: nil, message: connectionMessage)
        }
        guard sqlState.endsConnection else {
            return .failed(statement: statement, sqlState: sqlState, message: message)
        }
        return .connectionLost(statement: statement, sqlState: sqlState, message: message)
    }

    /// A field of the server's error, by the letter that names it in the protocol.
    private func field(_ letter: Unicode.Scalar) -> String? {
        PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
    }

    /// What libpq itself says of a failure that is not the server's.
    private var connectionMessage: String {
        PQresultErrorMessage(result).map { String(cString: $0) } ?? "no message"
    }
}
