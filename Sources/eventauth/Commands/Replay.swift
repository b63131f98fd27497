import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import Logging
import MatrixEvents
import PostgresStore

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide every event of a room anew, and tell what differs from what is stored.",
        discussion: """
            Of a database, eventauth's own or a homeserver's, or of files as `eventauth help import` tells of them: what \
            "rejected" says there is what counts as stored, and an event of which nothing is said there counts as accepted. Where there are files, no database is asked, and without --room \
            all rooms of the files are replayed.

              eventauth replay --database postgresql:///synapse --layout synapse --room '!room:a.example'
              eventauth replay --state states.jsonl rooms.jsonl.gz

            Exit status: 0 nothing was found, 1 something was, 2 there is no answer, or not all of the current state could be \
            looked at.
            """
    )

    @OptionGroup var database: ReadDatabaseOption

    @Option(help: "The room. May be given several times.")
    var room: [String] = []

    @Option(help: "A file of rooms' current states, one a line: {\"room_id\": \"!…\", \"state\": [\"$…\", …]}.")
    var state: [String] = []

    @Option(help: "Events that a room may have.")
    var maxEvents = 2_000_000

    @Option(help: "Findings of a kind that are named of a room; all are counted.")
    var findings = 1_000

    @Flag(help: "Print the findings as JSON, a line a room.")
    var json = false

    @Argument(help: "Files of events; - for standard input.")
    var files: [String] = []

    func validate() throws {
        guard database.database != nil || !files.isEmpty else {
            throw ValidationError("Give --database, or files of events.")
        }
        guard !room.isEmpty || !files.isEmpty else {
            throw ValidationError("Give the --room to replay; `eventauth audit` goes through all of them.")
        }
        guard state.isEmpty || !files.isEmpty else {
            throw ValidationError("--state is for files: a database has its own")
        }
        for id in room where RoomID(UTF8Text(id)) == nil { throw ValidationError("\(id) is no room's id") }
        guard maxEvents > 0, findings > 0 else { throw ValidationError("--max-events and --findings are from 1 on") }
    }

    func run() async throws {
        let result: ReplayResult
        do {
            result = try await replay()
        } catch {
            printError("no answer: \(error)")
            throw ExitCode(2)
        }
        if result.isIncomplete { throw ExitCode(2) }
        if result.isFound { throw ExitCode(1) }
    }

    private func replay() async throws -> ReplayResult {
        let rooms = room.compactMap { RoomID(UTF8Text($0)) }
        guard files.isEmpty, let url = database.database else { return try await replayFiles(rooms) }
        var configuration = database.layout.configuration(url)
        configuration.streamTimeout = .seconds(3_600)
        let store = try await PostgresStore.open(configuration, logger: .program(.warning))
        do {
            let result = try await replay(rooms, of: store)
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }

    private func replayFiles(_ rooms: [RoomID]) async throws -> ReplayResult {
        var loaded = RoomFiles()
        for file in files { try loaded.addEvents(file, showingProgress: !json) }
        for file in state { try await loaded.addStates(file) }
        for refusal in loaded.refused { printError("refused \(refusal.place): \(refusal.reason)") }
        let all = loaded.store.roomIDs.sorted { $0.text < $1.text }
        var result = try await replay(rooms.isEmpty ? all : rooms, of: loaded.store)
        if !loaded.refused.isEmpty { result.isFound = true }
        return result
    }

    private func replay(_ rooms: [RoomID], of store: any EventStore) async throws -> ReplayResult {
        var limits = AuthGraphLimits()
        limits.walkEventCount = maxEvents
        let graph = AuthGraph(store: store, limits: limits)
        var result = ReplayResult()
        for roomID in rooms {
            var progress: ProgressBar?
            let report = try await RoomReport(of: roomID, in: graph, findingLimit: findings) { done, total in
                progress = progress ?? ProgressBar(name: roomID.description, total: json ? nil : total)
                progress?.show(done, note: "\(done.grouped) events")
            }
            progress?.finish(note: "\(report.tally.eventCount.grouped) events")
            guard !report.isEmpty else { throw ReplayError.noEvents(roomID) }
            if report.findingCount > 0 { result.isFound = true }
            if report.unexaminedCount > 0 { result.isIncomplete = true }
            if json { report.printJSON() } else { report.printText() }
        }
        return result
    }
}

private struct ReplayResult {
    /// Whether something was found.
    var isFound = false
    /// Whether not all of some room's current state could be looked at.
    var isIncomplete = false
}

enum ReplayError: Error, CustomStringConvertible {
    case noEvents(RoomID)

    var description: String {
        switch self {
        case .noEvents(let roomID): "there is no event of the room \(roomID)"
        }
    }
}
