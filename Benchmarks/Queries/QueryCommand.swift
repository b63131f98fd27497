import ArgumentParser
import CLibpq
import Dispatch
import Foundation

/// The bound that a cold verdict cannot beat: its query alone, through libpq, one after the other.
struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Asks a database for the events of one room after the other, and prints how long that takes."
    )

    @Option(help: "The database, as libpq takes it.")
    var database: String

    @Option(help: "A file with the ids of a room's events a line.", completion: .file())
    var ids: String

    @Option(help: "How many rooms to ask for.")
    var count = 4_000

    @Option(help: "Queries beforehand that do not count.")
    var warmUp = 100

    @Option(help: "The name of the figures: NAME.mean and NAME.p50 are latencies.")
    var name = "query"

    @OptionGroup var figures: FiguresOption

    func run() throws {
        let rooms = try String(contentsOfFile: ids, encoding: .utf8).split(separator: "\n").map { line in
            EventQuery.arrayText(line.split(separator: " ").map(String.init))
        }
        let connection = try PreparedQuery(database: database)
        for room in rooms.suffix(warmUp) { try connection.run(ids: room) }
        var latencies = LatencyHistogram()
        for room in rooms.prefix(count) {
            let start = DispatchTime.now().uptimeNanoseconds
            try connection.run(ids: room)
            latencies.record(nanoseconds: DispatchTime.now().uptimeNanoseconds - start)
        }
        let median = Double(latencies.percentile(0.5))
        print(
            String(format: "%d queries, mean %.1f µs, p50 %.1f µs", latencies.count, latencies.mean / 1e3, median / 1e3)
        )
        try figures.record("\(name).mean", latencies.mean)
        try figures.record("\(name).p50", median)
    }
}

/// ``EventQuery`` prepared on a connection of its own.
private final class PreparedQuery {
    private static let statement = "select_events"

    private let connection: OpaquePointer

    init(database: String) throws {
        guard let connection = PQconnectdb(database), PQstatus(connection) == CONNECTION_OK else {
            throw ValidationError("cannot connect to the database")
        }
        self.connection = connection
        // Arrays of bytea.
        let types: [Oid] = [1_001, 1_001]
        let result = PQprepare(connection, Self.statement, EventQuery.sql, 2, types)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw ValidationError("cannot prepare the query") }
    }

    deinit {
        PQfinish(connection)
    }

    /// Asks for the events with `ids`, as PostgreSQL reads arrays, and takes them in its binary format. Throws where they
    /// are not five.
    func run(ids: String) throws {
        let result = ids.withCString { ids in
            "{}".withCString { none in PQexecPrepared(connection, Self.statement, 2, [ids, none], nil, nil, 1) }
        }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK, PQntuples(result) == 5 else {
            throw ValidationError("the database does not have the five events of a room")
        }
    }
}
