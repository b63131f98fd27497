import Foundation
import Testing

@testable import PostgresStore

@Suite
struct ConnectionTests {
    @Test
    func `a connection names its program and sets its statement timeout`() async throws {
        let connection = try await makeConnection {
            $0.statementTimeout = PostgresConfiguration(url: $0.url).statementTimeout
        }
        #expect(try await connection.texts("SELECT current_setting('application_name')") == ["eventauth"])
        #expect(try await connection.texts("SELECT current_setting('statement_timeout')") == ["5s"])
    }

    @Test
    func `a statement that runs too long is stopped and may be tried again`() async throws {
        let connection = try await makeConnection { $0.statementTimeout = .milliseconds(50) }
        let error = try await #require(throws: PostgresError.self) {
            try await connection.run("SELECT pg_sleep(60)")
        }
        #expect(error.sqlState == .queryCanceled)
        #expect(error.isRetryable)
        #expect(try await connection.texts("SELECT 'alive'") == ["alive"])
    }

    @Test
    func `a statement that the server refuses keeps its code and is not tried again`() async throws {
        let connection = try await makeConnection()
        let error = try await #require(throws: PostgresError.self) { try await connection.run("SELECT 1/0") }
        #expect(error.sqlState == SQLState("22012"))
        #expect(!error.isRetryable)
    }

    @Test
    func `a transaction that fails leaves the connection fit for the next`() async throws {
        let connection = try await makeConnection()
        await #expect(throws: PostgresError.self) {
            try await connection.perform { (session) throws(PostgresError) in
                try session.transaction { () throws(PostgresError) in
                    try session.run(script: "CREATE TABLE gone (id int)", named: "create")
                    try session.run(script: "SELECT 1/0", named: "fail")
                }
            }
        }
        #expect(try await connection.texts("SELECT (to_regclass('gone') IS NULL)::text") == ["true"])
    }

    @Test
    func `a connection whose server process was killed works again at the next call`() async throws {
        let connection = try await makeConnection()
        await #expect(throws: PostgresError.self) {
            try await connection.run("SELECT pg_terminate_backend(pg_backend_pid())")
        }
        #expect(try await connection.texts("SELECT 'alive'") == ["alive"])
    }

    @Test
    func `an idempotent call does not notice that its connection was lost before`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let connection = PostgresConnection(configuration: database, logger: .quiet)
        let other = PostgresConnection(configuration: database, logger: .quiet)
        try await connection.run("SELECT 1")
        try await other.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        let answer = try await connection.perform(isIdempotent: true) { (session) throws(PostgresError) in
            try session.query(Statement("alive", sql: "SELECT 'alive'")) { (result, row) throws(PostgresError) in
                try result.text(row: row, column: 0)
            }
        }
        #expect(answer == ["alive"])
    }

    @Test
    func `a server that stops and starts again is found again`() async throws {
        let server = try TemporaryPostgres()
        let connection = PostgresConnection(configuration: try await server.makeDatabase(), logger: .quiet)
        #expect(try await connection.texts("SELECT 'before'") == ["before"])
        try server.stop()
        for _ in 0..<3 {
            let error = try await #require(throws: PostgresError.self) { try await connection.run("SELECT 1") }
            #expect(error.isRetryable)
        }
        try server.start()
        #expect(try await retrying { try await connection.texts("SELECT 'after'") } == ["after"])
    }

    @Test
    func `a server that stops answering costs the statement timeout and two seconds, not the thread`() async throws {
        let connection = try await makeConnection { $0.statementTimeout = .milliseconds(500) }
        let process = try #require(pid_t(try await connection.texts("SELECT pg_backend_pid()::text").joined()))
        kill(process, SIGSTOP)
        defer { kill(process, SIGCONT) }
        let error = try await #require(throws: PostgresError.self) { try await connection.run("SELECT 1") }
        #expect(error.endsConnection)
        #expect(try await connection.texts("SELECT 'alive'") == ["alive"])
    }

    @Test
    func `a URL that cannot be read is refused without quoting its password`() async throws {
        let configuration = PostgresConfiguration(url: "postgresql://me:secret@[host/")
        let connection = PostgresConnection(configuration: configuration, logger: .quiet)
        let error = try await #require(throws: PostgresError.self) { try await connection.run("SELECT 1") }
        #expect(error == .invalidURL)
        #expect(!error.description.contains("secret"))
    }

    @Test
    func `a closed connection refuses work`() async throws {
        let connection = try await makeConnection()
        try await connection.run("SELECT 1")
        await connection.close()
        await #expect(throws: PostgresError.closed) { try await connection.run("SELECT 1") }
    }

    /// Byte strings that would break out of quotes, array braces or C strings, were anything quoted.
    static let oddBytes: [[UInt8]] =
        [
            "", "'", "\"", "\\", "\\\\\"", ",", "{}", "{a,b}", "NULL", "null", " a ", "\n", "$1", "é", "e\u{301}", "😀",
            "\0", "a\0b",
        ].map { Array($0.utf8) } + [[0xff, 0xfe, 0x00, 0x80], Array(repeating: 0x5c, count: 100_000)]

    @Test
    func `array elements come back byte for byte, whatever they hold`() async throws {
        let connection = try await makeConnection()
        let echo = Statement(
            "echo",
            taking: [.byteaArray],
            sql: "SELECT value FROM unnest($1) WITH ORDINALITY AS t(value, place) ORDER BY place"
        )
        let sent: [[UInt8]?] = Self.oddBytes + [nil]
        let answer = try await connection.perform { (session) throws(PostgresError) in
            var parameters = Parameters()
            parameters.append(sent)
            return try session.query(echo, parameters) { (result, row) throws(PostgresError) in
                result.bytes(row: row, column: 0)
            }
        }
        #expect(answer == sent)
    }

    @Test
    func `parameters of every type come back as they went, empty arrays too`() async throws {
        let connection = try await makeConnection()
        let echo = Statement(
            "echo",
            taking: [.text, .bytea, .int8, .int4Array, .boolArray, .textArray, .byteaArray, .bytea],
            sql: "SELECT concat_ws('|', $1, $2, $3, $4, $5, $6, cardinality($7), ($8 IS NULL))"
        )
        let answer = try await connection.perform { (session) throws(PostgresError) in
            var parameters = Parameters()
            parameters.append("it's")
            parameters.append(Array("b".utf8))
            parameters.append(Int64.min)
            parameters.append([Int32.min, 0, 7])
            parameters.append([true, false])
            parameters.append(["a,b", "\"", "é"])
            parameters.append([[UInt8]?]())
            parameters.append([UInt8]?.none)
            return try session.query(echo, parameters) { (result, row) throws(PostgresError) in
                try result.text(row: row, column: 0)
            }
        }
        #expect(answer == [#"it's|\x62|-9223372036854775808|{-2147483648,0,7}|{t,f}|{"a,b","\"",é}|0|t"#])
    }

    private func makeConnection(
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) async throws -> PostgresConnection {
        var configuration = try await TemporaryPostgres.shared.makeDatabase()
        change(&configuration)
        return PostgresConnection(configuration: configuration, logger: .quiet)
    }
}

/// Tries again for as long as the error says that it may help, at most 10 seconds.
func retrying<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    let end = ContinuousClock.now + .seconds(10)
    while true {
        do {
            return try await body()
        } catch let error as PostgresError where error.isRetryable && ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
