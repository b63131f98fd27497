import Testing

@testable import PostgresStore

@Suite
struct PostgresErrorTests {
    @Test(arguments: ["08006", "40001", "40P01", "53300", "55P03", "57014", "57P01", "58030", "25006", "26000"])
    func `what passes by itself may be tried again`(code: String) {
        #expect(PostgresError.failed(statement: "load", sqlState: SQLState(code), message: "").isRetryable)
    }

    @Test(arguments: ["22012", "23505", "42P01", "42501", "0A000", "XX000", "28P01"])
    func `what stays wrong may not`(code: String) {
        #expect(!PostgresError.failed(statement: "load", sqlState: SQLState(code), message: "").isRetryable)
    }

    @Test(arguments: ["57P01", "57P02", "57P03", "08003", "08006", "26000", "25006"])
    func `a server that goes, or is the wrong one, ends the connection`(code: String) {
        #expect(SQLState(code).endsConnection)
    }

    @Test(arguments: ["57014", "40001", "23505"])
    func `a statement that fails leaves the connection`(code: String) {
        #expect(!SQLState(code).endsConnection)
    }
}
