import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import JSONRPC
import Logging
import MatrixEvents
import PostgresStore

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store events from files, each with its verdict.",
        discussion: """
            A file has one JSON object a line, gzipped or not:

              {"room_version": "11", "event_id": "$…", "event": {…}, "rejected": false}

            Events may come in any order. What is stored already stays as it is, so an import that was broken off is \
            simply run again. Exit status: 0 where every line was stored, 1 where some were refused.
            """
    )

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print the summary as JSON.")
    var json = false

    @Argument(help: "The files; - for standard input.")
    var files: [String]

    func run() async throws {
        let store = try await database.openStore(.program(.warning))
        var importer = FileImporter(into: AuthGraph(store: store))
        do {
            for file in files { try await importer.add(file, showingProgress: !json) }
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        let report = importer.finish()
        if json { report.printJSON() } else { report.printText() }
        if !report.refused.isEmpty { throw ExitCode(1) }
    }
}
