import ArgumentParser
import EventTestSupport
import Foundation
import MatrixEvents

/// Writes rooms of which nothing is asked but once, so that nobody has their events in memory.
///
/// In each room Alice invites Bob a second time: her invite cites the create event, the power levels, the join rules, her own
/// membership and Bob's first invite, which is all that is stored of the room.
struct ColdRoomsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cold-rooms",
        abstract: "Writes events to import, a request a room that cites five of them, and the same ids for queries.",
        discussion: """
            Into the folder: events.jsonl for `eventauth import`, requests.jsonl for `load`, ids.txt for `query`, a room a \
            line, and query-N.sql for `pgbench -M prepared`, each with the ids of a room drawn at random.
            """
    )

    @Option(help: "Rooms.")
    var rooms = 20_000

    @Option(help: "Files for pgbench, which takes 128 at most.")
    var scripts = 100

    @Argument(help: "The folder.", completion: .directory)
    var folder: String

    func run() throws {
        var events = try file("events.jsonl")
        var requests = try file("requests.jsonl")
        var citations: [[EventID]] = []
        for number in 0..<rooms {
            let (room, invite) = try Self.room(number)
            for event in room.events { try events.write(event.importLine) }
            try requests.write(MicroSubjects.request(for: invite, id: number))
            citations.append(invite.authEvents)
        }
        try events.finish()
        try requests.finish()
        try writeQueries(citations)
    }

    private func writeQueries(_ citations: [[EventID]]) throws {
        var ids = try file("ids.txt")
        for cited in citations { try ids.write(Array(cited.map(\.description).joined(separator: " ").utf8)) }
        try ids.finish()
        for (number, cited) in citations.shuffled().prefix(scripts).enumerated() {
            var script = try file("query-\(number).sql")
            try script.write(Array(EventQuery.sql(selecting: cited).utf8))
            try script.finish()
        }
    }

    private func file(_ name: String) throws -> LineWriter {
        try LineWriter(URL(fileURLWithPath: folder).appending(path: name))
    }

    private static func room(_ number: Int) throws -> (TestRoom, invite: Event) {
        var room = try TestRoom.furnished(.v11, id: "cold-\(number)")
        try room.invite(.bob)
        return (room, try room.membership("invite", of: .bob, by: .alice))
    }
}

/// Writes a file line by line, many at a time.
private struct LineWriter {
    private static let chunk = 1 << 20

    private let file: FileHandle
    private var lines: [UInt8] = []

    init(_ url: URL) throws {
        _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        file = try FileHandle(forWritingTo: url)
    }

    mutating func write(_ line: [UInt8]) throws {
        lines += line + [UInt8(ascii: "\n")]
        if lines.count > Self.chunk { try flush() }
    }

    mutating func finish() throws {
        try flush()
        try file.close()
    }

    private mutating func flush() throws {
        try file.write(contentsOf: Data(lines))
        lines.removeAll(keepingCapacity: true)
    }
}
